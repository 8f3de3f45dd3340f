/// What is under way within one session, in files and in bytes of memory.
struct Admission: Sendable {
    /// What one file takes while it is under way.
    struct Weight: Hashable, Sendable {
        /// Connections to the source: one, or as many as a large file has ranges.
        var slots: Int
        /// Bytes that are held in memory.
        var bytes: Int
    }

    private let bytesLimit: Int
    private var slots = 0
    private var bytes = 0
    private var files = 0

    init(bytesLimit: Int) {
        self.bytesLimit = bytesLimit
    }

    var isIdle: Bool { files == 0 }

    /// Whether a file may begin. The first one always may, however heavy it is.
    func admits(_ weight: Weight, slots limit: Int) -> Bool {
        isIdle || (slots + weight.slots <= limit && bytes + weight.bytes <= bytesLimit)
    }

    mutating func enter(_ weight: Weight) {
        slots += weight.slots
        bytes += weight.bytes
        files += 1
    }

    mutating func leave(_ weight: Weight) {
        slots -= weight.slots
        bytes -= weight.bytes
        files -= 1
    }
}
