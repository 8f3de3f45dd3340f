/// Cuts a stream of bytes into lines; what exceeds the limit becomes lines of its own.
struct LineSplitter {
    private let limit: Int
    private var pending: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer, emit: (String) -> Void) {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                flush(emit)
            } else {
                if pending.count == limit { flush(emit) }
                pending.append(byte)
            }
        }
    }

    /// Ends the stream: a last line without line feed is a line too.
    mutating func finish(emit: (String) -> Void) {
        if !pending.isEmpty { flush(emit) }
    }

    private mutating func flush(_ emit: (String) -> Void) {
        emit(String(decoding: pending, as: UTF8.self))
        pending.removeAll(keepingCapacity: true)
    }
}
