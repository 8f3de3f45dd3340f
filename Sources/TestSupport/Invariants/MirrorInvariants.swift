import Checksums
import Clocks
import SyncCore

/// What has to hold of every mirror once a run is over, whatever the run went through.
package struct MirrorInvariants: Sendable {
    let evidence: MirrorEvidence

    /// Something that does not hold.
    package struct Violation: Hashable, Sendable, CustomStringConvertible {
        /// The rule.
        package var rule: MirrorEvidence.Rule
        /// What is wrong, in one sentence.
        package var sentence: String

        package var description: String { "\(rule.rawValue): \(sentence)" }
    }

    /// A vault with what is known of it.
    struct KnownVault {
        var vault: MirrorEvidence.WatchedVault
        var records: [VaultPath: FileRecord] = [:]
    }

    /// One object of the mirror.
    struct FoundObject {
        var size: Int64
        var sha256: String
        var crc64nvme: CRC64NVME
        var bytes: [UInt8]
        var sourceVersion: String?
    }

    /// Looks at everything.
    ///
    /// - Parameter evidence: what there is to look at.
    /// - Returns: what does not hold; nothing when everything does.
    /// - Throws: what the ports throw.
    package static func violations(of evidence: MirrorEvidence) async throws -> [Violation] {
        let checker = MirrorInvariants(evidence: evidence)
        let vaults = try await checker.knownVaults()
        let objects = try await checker.foundObjects()
        var found = checker.objects(vaults, objects) + checker.versions(vaults, objects)
        found += try await checker.uploads(vaults)
        found += try await checker.leases()
        found += checker.secrecy() + checker.idleness() + checker.failures(vaults)
        found += checker.keys(vaults, objects) + checker.strangers(objects)
        found += try await checker.deletions(vaults)
        return found.filter { !evidence.excused.contains($0.rule) }
    }

    private func knownVaults() async throws -> [KnownVault] {
        var known: [KnownVault] = []
        for vault in evidence.vaults {
            var found = KnownVault(vault: vault)
            var pages = evidence.records.allRecords(in: vault.id, after: nil).makeAsyncIterator()
            while let page = try await pages.next(isolation: nil) {
                for record in page { found.records[record.path] = record }
            }
            known.append(found)
        }
        return known
    }

    private func foundObjects() async throws -> [VaultPath: FoundObject] {
        var found: [VaultPath: FoundObject] = [:]
        var pages = evidence.mirror.list("", after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            // What Obsync keeps for itself lies beside the files of a folder.
            for listed in page where !listed.key.hasPrefix(".obsync/") {
                guard let key = try? ObjectKey(listed.key), let stream = try await evidence.mirror.read(key, from: 0)
                else { continue }
                var bytes: [UInt8] = []
                var chunks = stream.makeAsyncIterator()
                while let chunk = try await chunks.next(isolation: nil) { bytes += chunk }
                var hasher = evidence.makeHasher()
                hasher.update(bytes)
                found[VaultPath(listed.key)] = FoundObject(
                    size: Int64(bytes.count),
                    sha256: hasher.hexDigest(),
                    crc64nvme: CRC64NVME(of: bytes),
                    bytes: bytes,
                    sourceVersion: evidence.readsAttributes && evidence.mirror.keepsAttributes
                        ? try await evidence.mirror.head(key)?.sourceVersion : nil
                )
            }
        }
        return found
    }

    /// The key of a file, as objects are looked up here; nil where no store takes it.
    func key(of path: VaultPath, in vault: MirrorEvidence.WatchedVault) -> VaultPath? {
        (try? KeyMapping.key(folder: vault.folder, path: path)).map { VaultPath($0.rawValue) }
    }
}

// MARK: - What is stored

extension MirrorInvariants {
    private func objects(_ vaults: [KnownVault], _ objects: [VaultPath: FoundObject]) -> [Violation] {
        vaults.flatMap { known in
            known.records.values.filter { $0.status == .completed }.compactMap { record in
                let path = record.path.rawValue
                guard let object = key(of: record.path, in: known.vault).flatMap({ objects[$0] }) else {
                    return Violation(rule: .objects, sentence: "\(path) is recorded as stored and is not there")
                }
                if let size = record.size, size != object.size {
                    return Violation(rule: .objects, sentence: "\(path) has \(object.size) bytes instead of \(size)")
                }
                if let sha256 = record.sha256, sha256 != object.sha256 {
                    return Violation(rule: .objects, sentence: "\(path) has another hash than is recorded")
                }
                if let crc = record.crc64nvme, crc != object.crc64nvme {
                    return Violation(rule: .objects, sentence: "\(path) has another checksum than is recorded")
                }
                return nil
            }
        }
    }

    private func versions(_ vaults: [KnownVault], _ objects: [VaultPath: FoundObject]) -> [Violation] {
        var found: [Violation] = []
        for known in vaults {
            for record in known.records.values {
                let path = record.path.rawValue
                if let before = evidence.recordsBefore[known.vault.id]?[record.path], before.epoch == record.epoch,
                    before.version > record.version
                {
                    found.append(
                        .init(
                            rule: .versions,
                            sentence: "the record of \(path) went from version \(before.version) to \(record.version)"
                        )
                    )
                }
                let object = key(of: record.path, in: known.vault).flatMap { objects[$0] }
                if record.status == .completed, let text = object?.sourceVersion, let stored = Int64(text),
                    stored > record.version, object?.sha256 != record.sha256
                {
                    found.append(
                        .init(
                            rule: .versions,
                            sentence: "\(path) is stored in version \(stored) and recorded in \(record.version)"
                        )
                    )
                }
            }
        }
        return found
    }

    private func uploads(_ vaults: [KnownVault]) async throws -> [Violation] {
        var found: [Violation] = []
        let moment = evidence.clock.now.advanced(by: .seconds(365 * 24 * 3600))
        for known in vaults {
            let named = Set(known.records.values.compactMap { $0.checkpoint?.upload.id })
            for upload in try await evidence.mirror.openUploads(below: known.vault.folder, begunBefore: moment)
            where !named.contains(upload.id) {
                found.append(
                    .init(rule: .uploads, sentence: "an upload of \(upload.key.rawValue) is open that no record names")
                )
            }
        }
        return found
    }

    private func keys(_ vaults: [KnownVault], _ objects: [VaultPath: FoundObject]) -> [Violation] {
        var known: [VaultPath: FileRecord] = [:]
        for vault in vaults {
            for record in vault.records.values {
                if let key = key(of: record.path, in: vault.vault) { known[key] = record }
            }
        }
        let unknown = objects.keys.filter { key in
            if evidence.strangers[key.rawValue] != nil { return false }
            guard let record = known[key] else { return true }
            return record.status == .deleted && !evidence.keepsDeleted
        }
        let outside = evidence.keys.all.filter { key in !evidence.keys.prefixes.contains { key.hasPrefix($0) } }
        return unknown.map { Violation(rule: .keys, sentence: "\($0.rawValue) is stored and has no record") }
            + outside.map { Violation(rule: .keys, sentence: "\($0) lies under no prefix of ours") }
    }

    private func strangers(_ objects: [VaultPath: FoundObject]) -> [Violation] {
        evidence.strangers.filter { key, bytes in objects[VaultPath(key)]?.bytes != bytes }.keys.map {
            Violation(rule: .strangers, sentence: "\($0) is of somebody else and was changed or deleted")
        }
    }
}
