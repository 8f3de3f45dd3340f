import Checksums
import SyncCore

/// Finds out whether the destination holds a file already, so that it need be neither fetched nor written again.
///
/// Asked only where the file has no record and the destination is known to hold something: in a folder or bucket that was
/// there before, after records were lost, in a destination that another deployment has filled.
struct AlreadyThere: Sendable {
    /// How many bytes of a file are compared at each of three places.
    static let sampleSize: Int64 = 1 << 20

    let mirror: any ObjectStore
    let makeHasher: MakeContentHasher
    /// Where the file belongs.
    let key: ObjectKey

    /// The object, where it has this SHA-256.
    ///
    /// Where the store keeps the digest beside the object it is read there; otherwise the stored bytes are hashed, in memory
    /// that does not grow with them.
    ///
    /// - Parameters:
    ///   - size: the size, where it is known; an object of another size is not read.
    ///   - sha256: the digest, in lower-case hexadecimal digits.
    /// - Returns: nil where there is no such object.
    /// - Throws: `StoreUnavailable`, `Throttled`.
    func object(of size: Int64?, sha256: String) async throws -> StoredContent? {
        guard let object = try await mirror.head(key), size == nil || size == object.size else { return nil }
        if let stored = object.sha256 {
            guard stored == sha256 else { return nil }
        } else {
            var hasher = makeHasher()
            guard try await read({ hasher.update($0) }), hasher.hexDigest() == sha256 else { return nil }
        }
        return StoredContent(
            size: object.size,
            sha256: sha256,
            crc64nvme: object.crc64nvme,
            fingerprint: object.fingerprint
        )
    }

    /// The object, where it has the source's size and the same bytes at its beginning, its middle and its end.
    ///
    /// - Parameter ranges: the source.
    /// - Returns: nil where there is no such object. Its checksum is the store's, or that of the stored bytes where they are near.
    /// - Throws: `StoreUnavailable`, `Throttled`; what the source throws.
    func object(likeSamplesOf ranges: any RangedContent) async throws -> StoredContent? {
        guard let object = try await mirror.head(key), object.size == ranges.size else { return nil }
        for range in Self.samples(of: ranges.size) {
            let count = Int(range.upperBound - range.lowerBound)
            let expected = try await ranges.withRange(range) { try await Self.collect($0, upTo: count) }
            guard let stream = try await mirror.read(key, from: range.lowerBound),
                try await Self.collect(stream, upTo: count) == expected
            else { return nil }
        }
        var found = StoredContent(size: object.size, crc64nvme: object.crc64nvme, fingerprint: object.fingerprint)
        if found.crc64nvme == nil, !mirror.keepsAttributes {
            var checksum = CRC64NVME()
            if try await read({ checksum.update($0) }) { found.crc64nvme = checksum }
        }
        return found
    }

    /// What is compared of a file: three pieces, or the whole of a small one.
    static func samples(of size: Int64) -> [Range<Int64>] {
        guard size > 3 * sampleSize else { return size > 0 ? [0..<size] : [] }
        let middle = (size - sampleSize) / 2
        return [0..<sampleSize, middle..<(middle + sampleSize), (size - sampleSize)..<size]
    }

    /// Gives the bytes of the object, chunk by chunk; false where it is gone.
    private func read(_ body: ([UInt8]) -> Void) async throws -> Bool {
        guard let stream = try await mirror.read(key, from: 0) else { return false }
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) { body(chunk) }
        return true
    }

    private static func collect(_ stream: ByteStream, upTo count: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var chunks = stream.makeAsyncIterator()
        while bytes.count < count, let chunk = try await chunks.next(isolation: nil) {
            bytes += chunk.prefix(count - bytes.count)
        }
        return bytes
    }
}
