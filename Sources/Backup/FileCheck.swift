import Checksums
import Clocks
import SyncCore

/// Compares one stored file with its record.
struct FileCheck: Sendable {
    let store: any ObjectStore
    let depth: Verification.Depth
    let bandwidth: BandwidthLimit?
    let makeHasher: MakeContentHasher
    let passed: @Sendable (Int64) -> Void

    /// What the comparison shows.
    enum Outcome: Sendable {
        /// The file is as it was stored: by its checksum, or as far as its size tells.
        case right(bytes: Int64, isProven: Bool)
        /// It is not.
        case fault(Verification.Finding)
    }

    /// Compares a file.
    ///
    /// - Parameters:
    ///   - record: the record of a stored file.
    ///   - object: what the listing of the store says; nil where it names no such file.
    ///   - prefix: what the keys of the vault begin with.
    /// - Returns: what the comparison shows.
    /// - Throws: `CancellationError`. A store that does not let the file be read is a finding.
    func callAsFunction(_ record: FileRecord, _ object: ListedObject?, prefix: String) async throws -> Outcome {
        guard let object else { return fault(.missing, record) }
        do {
            let key = try ObjectKey(prefix + record.path.rawValue)
            switch depth {
            case .quick: return try await quick(record, object, key)
            case .bytes: return try await read(record, object, key)
            }
        } catch let error as SyncError {
            return fault(.unreadable, record, reason: error.name.rawValue)
        }
    }

    private func read(_ record: FileRecord, _ object: ListedObject, _ key: ObjectKey) async throws -> Outcome {
        guard let stream = try await store.read(key, from: 0) else { return fault(.missing, record) }
        var builder = DigestBuilder(makeHasher)
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil) {
            builder.update(chunk)
            try await bandwidth?.pass(chunk.count)
            passed(Int64(chunk.count))
        }
        let digest = builder.digest
        switch digest.verdict(size: record.size, sha256: record.sha256, crc64nvme: record.crc64nvme) {
        case .proven: return .right(bytes: digest.size, isProven: true)
        case .sizeOnly: return .right(bytes: digest.size, isProven: false)
        case .different: return fault(wasTouched(record, object) ? .edited : .corrupt, record)
        }
    }

    private func quick(_ record: FileRecord, _ object: ListedObject, _ key: ObjectKey) async throws -> Outcome {
        guard record.size == nil || record.size == object.size else {
            return fault(wasTouched(record, object) ? .edited : .corrupt, record)
        }
        guard store.keepsAttributes else {
            return wasTouched(record, object)
                ? fault(.edited, record) : .right(bytes: object.size, isProven: false)
        }
        guard let summary = try await store.head(key) else { return fault(.missing, record) }
        passed(object.size)
        if let sha256 = record.sha256, let stored = summary.sha256 {
            return sha256 == stored ? .right(bytes: object.size, isProven: true) : fault(.edited, record)
        }
        if let checksum = record.crc64nvme, let stored = summary.crc64nvme {
            return checksum == stored ? .right(bytes: object.size, isProven: true) : fault(.edited, record)
        }
        return .right(bytes: object.size, isProven: false)
    }

    /// Whether size or time say that somebody changed the file after it was stored.
    private func wasTouched(_ record: FileRecord, _ object: ListedObject) -> Bool {
        if let size = record.size, size != object.size { return true }
        // A bucket tells no time of the content, but every write gives an object another mark.
        if store.keepsAttributes, let stored = record.fingerprint, let found = object.fingerprint {
            return stored != found
        }
        guard let stored = record.mtime, let found = object.mtime else { return false }
        // File systems round times, some of them to two seconds.
        let difference = stored.duration(to: found)
        return difference <= .seconds(-2) || difference >= .seconds(2)
    }

    private func fault(_ fault: Verification.Fault, _ record: FileRecord, reason: String? = nil) -> Outcome {
        .fault(.init(fault: fault, path: record.path, record: record, reason: reason))
    }
}
