import AWSAdapters
import Clocks
import Foundation
import SyncCore

/// Looks at a bucket as a destination, and at what this machine keeps beside it. Nothing in the bucket is changed but a trial
/// object beside the claim, which goes again; and that only where the bucket is ours.
struct BucketExamination {
    let place: BucketPlace
    let connection: PlaceConnection

    /// Looks at everything.
    func findings() async throws -> [Finding] {
        let isKnown = FileManager.default.fileExists(atPath: place.records)
        var findings: [Finding] = []
        do {
            let store = try place.store(connection)
            findings.append(try await claim(store, isKnown))
            if findings[0].state == .ok { findings.append(try await writing(store)) }
        } catch let error as SyncError {
            findings.append(
                error.isRetryable ? .unknown("destination", error.message) : .todo("destination", error.message)
            )
        }
        findings += abilities
        guard isKnown else { return findings }
        let state = StateExamination(place: place)
        let fileSystem = state.fileSystem(of: place.data, onNetwork: "the records that are kept there may be damaged")
        findings += [state.space(of: place.data), fileSystem].compactMap(\.self)
        return findings + (await state.databases())
    }

    /// Whether the bucket can be read, and whose it is.
    private func claim(_ store: S3ObjectStore, _ isKnown: Bool) async throws -> Finding {
        let content = try await BucketClaim(store: store, name: place.name).content()
        guard let content else {
            return isKnown && place.memory.content?.claimed == true
                ? .note("destination", "\(place.name) can be read, but was emptied; the next run fills it again")
                : .note(
                    "destination",
                    "\(place.name) can be read and is mirrored into by nobody; the first run claims it"
                )
        }
        if content.state == place.memory.content?.id {
            return .ok("destination", "\(place.name) can be read and is mirrored into by this machine")
        }
        return .todo(
            "destination",
            "\(place.name) is mirrored into by another machine, or by one whose state is lost, since \(content.since.iso8601); "
                + "if that one does so no more, take it over: obsync sync with --take-over"
        )
    }

    private func writing(_ store: S3ObjectStore) async throws -> Finding {
        do {
            return try await trial(store)
        } catch let error as SyncError {
            return error.isRetryable ? .unknown("writing", error.message) : .todo("writing", error.message)
        }
    }

    private func trial(_ store: S3ObjectStore) async throws -> Finding {
        let key = try ObjectKey(".obsync/doctor-\(UUID().uuidString.prefix(8)).txt")
        let attributes = ObjectAttributes(contentType: "text/plain")
        let keepsVersions = try await store.putTellingVersion(key, Array("trial".utf8), attributes)
        if let refused = try await store.delete([key]).first {
            return .todo("writing", "objects can be written and not deleted (\(refused.value.message))")
        }
        return keepsVersions
            ? .ok("writing", "objects can be written and deleted; earlier versions are kept")
            : .note(
                "writing",
                "objects can be written and deleted; no earlier versions are kept, so switch versioning on to keep them"
            )
    }

    /// What the store is known to lack.
    private var abilities: [Finding] {
        guard let abilities = place.memory.content?.abilities, abilities != StoreAbilities() else { return [] }
        var lacks: [String] = []
        if !abilities.tags { lacks.append("tags") }
        if abilities.checksum != .crc64nvme { lacks.append("checksums better than \(abilities.checksum.title)") }
        if !abilities.trailers { lacks.append("checksums after a body") }
        if !abilities.conditions { lacks.append("conditional writes") }
        if !abilities.deletesMany { lacks.append("deletions of many objects") }
        if !abilities.expectedOwner { lacks.append("the owner's account in a request") }
        return lacks.isEmpty ? [] : [.note("store", "does without \(lacks.joined(separator: ", "))")]
    }
}

extension StoreAbilities.Checksum {
    fileprivate var title: String {
        switch self {
        case .crc64nvme: "CRC64NVME"
        case .crc32c: "CRC32C"
        case .sha256: "SHA-256"
        case .md5: "Content-MD5"
        }
    }
}
