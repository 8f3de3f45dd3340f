import AWSClient
import SyncCore

/// Deletes objects of a bucket, many with one request; what S3 keeps of them keeps none of the others.
struct S3Deletion: Sendable {
    private static let mostKeysAtOnce = 1000
    /// S3 may fail for a moment with one key of a request.
    private static let attempts = 3

    let store: S3ObjectStore

    /// Deletes them.
    ///
    /// - Returns: those that stay, with the reason.
    /// - Throws: the error of a request that fails as a whole.
    func delete(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] {
        var kept: [ObjectKey: SyncError] = [:]
        var plain: [ObjectKey] = []
        for key in keys {
            // XML cannot spell control characters, so such keys are deleted one by one.
            if !key.hasControlCharacters {
                plain.append(key)
            } else if let error = try await deleteAlone(key) {
                kept[key] = error
            }
        }
        guard store.knowledge.abilities.deletesMany else { return try await deleteEach(plain, kept) }
        for start in stride(from: 0, to: plain.count, by: Self.mostKeysAtOnce) {
            let some = Array(plain[start..<min(start + Self.mostKeysAtOnce, plain.count)])
            kept.merge(try await deleteTogether(some)) { first, _ in first }
        }
        return kept
    }

    private func deleteEach(
        _ keys: [ObjectKey],
        _ kept: [ObjectKey: SyncError]
    ) async throws -> [ObjectKey: SyncError] {
        var kept = kept
        for key in keys {
            if let error = try await deleteAlone(key) { kept[key] = error }
        }
        return kept
    }

    private func deleteAlone(_ key: ObjectKey) async throws -> SyncError? {
        do {
            let name = try store.fullKey(key)
            _ = try await store.asking([]) { abilities in
                try await store.service(abilities).deleteObject(.init(bucket: store.bucket, key: name))
            }
            return nil
        } catch let error as SyncError where !error.isRetryable {
            return error
        }
    }

    private func deleteTogether(_ keys: [ObjectKey]) async throws -> [ObjectKey: SyncError] {
        // By bytes: two spellings that Swift takes for equal are two objects.
        var left: [[UInt8]: ObjectKey] = [:]
        for key in keys { left[Array(try store.fullKey(key).utf8)] = key }
        var kept: [ObjectKey: SyncError] = [:]
        var attempt = 0
        while !left.isEmpty {
            attempt += 1
            let objects = left.keys.sorted { $0.lexicographicallyPrecedes($1) }
                .map { S3.ObjectIdentifier(key: String(decoding: $0, as: UTF8.self)) }
            let (failures, _) = try await store.asking([.deletesMany, .checksum]) { abilities in
                try await deleteObjects(objects, abilities)
            }
            var again: [[UInt8]: ObjectKey] = [:]
            for failure in failures where failure.code != .noSuchKey {
                let name = Array(failure.key.utf8)
                guard let key = left[name] else {
                    throw SyncError(.storeUnavailable, "S3 DeleteObjects answers with a key that it was not asked for")
                }
                let error = failure.asError
                if error.isRetryable, attempt < Self.attempts {
                    again[name] = key
                } else {
                    kept[key] = SyncError.mapped(error) as? SyncError
                }
            }
            left = again
        }
        return kept
    }

    private func deleteObjects(
        _ objects: [S3.ObjectIdentifier],
        _ abilities: StoreAbilities
    ) async throws -> [S3.ObjectError] {
        let s3 = store.service(abilities)
        guard abilities.deletesMany else {
            for object in objects { _ = try await s3.deleteObject(.init(bucket: store.bucket, key: object.key)) }
            return []
        }
        let algorithm: S3.ChecksumAlgorithm? = abilities.checksum == .md5 ? nil : .sha256
        return try await s3.deleteObjects(
            .init(bucket: store.bucket, checksumAlgorithm: algorithm, objects: objects)
        ).errors
    }
}

extension S3.ObjectError {
    /// The error as if the key had been deleted alone: S3 gives these codes with a status that is left out here.
    fileprivate var asError: AWSError {
        AWSError(
            code,
            message: message,
            service: AWSService.s3.name,
            operation: "DeleteObjects",
            answer: AWSError.Answer(httpStatus: 400)
        )
    }
}

extension ObjectKey {
    fileprivate var hasControlCharacters: Bool {
        rawValue.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0xFFFE || $0.value == 0xFFFF }
    }
}
