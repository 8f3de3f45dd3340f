extension [UInt8] {
    private static let block: [UInt8] = {
        var generator = SeededGenerator(seed: 1)
        let words = (0..<8192).map { _ in generator.next() }
        return words.withUnsafeBytes { Array($0) }
    }()

    /// Very many bytes of which no two blocks are alike, made in no time also where nothing is optimised.
    package static func varied(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + block.count)
        var number: UInt32 = 0
        while bytes.count < count {
            let start = bytes.count
            bytes.append(contentsOf: block)
            for (offset, byte) in Swift.withUnsafeBytes(of: number.littleEndian, Array.init).enumerated() {
                bytes[start + offset] = byte
            }
            number += 1
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
