import Crypto
import FoundationEssentials

/// The plaintext of one version of a file: given, or made when it is read.
package enum SimulatedContent: Sendable {
    /// The bytes themselves.
    case bytes([UInt8])
    /// SHA-256(UTF-8 of the seed, then the block's number as 4 bytes big-endian), block after block, cut to `size` bytes.
    case generated(seed: String, size: Int)

    /// The UTF-8 bytes of `text`.
    package static func text(_ text: String) -> SimulatedContent { .bytes(Array(text.utf8)) }

    /// The plaintext's size in bytes.
    package var size: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .generated(_, let size): size
        }
    }

    /// The whole plaintext, in memory.
    package func bytes() -> [UInt8] {
        if case .bytes(let bytes) = self { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(size)
        forEachChunk { result.append(contentsOf: $0) }
        return result
    }

    /// SHA-256 of the plaintext, lower-case hexadecimal.
    func sha256() -> String {
        var hash = SHA256()
        forEachChunk { hash.update(data: $0) }
        return Hex.encode(hash.finalize())
    }

    private func forEachChunk(_ body: ([UInt8]) -> Void) {
        switch self {
        case .bytes(let bytes):
            body(bytes)
        case .generated(let seed, let size):
            var prefix = SHA256()
            prefix.update(data: Array(seed.utf8))
            var chunk: [UInt8] = []
            var left = size
            var index: UInt32 = 0
            while left > 0 {
                var hash = prefix
                withUnsafeBytes(of: index.bigEndian) { hash.update(bufferPointer: $0) }
                hash.finalize().withUnsafeBytes { chunk.append(contentsOf: $0.prefix(left)) }
                left -= min(left, SHA256.byteCount)
                index += 1
                if chunk.count >= 0x1_0000 || left == 0 {
                    body(chunk)
                    chunk.removeAll(keepingCapacity: true)
                }
            }
        }
    }
}
