import AWSAdapters
import Clocks
import Foundation
import LocalAdapters
import Pipeline
import SyncCore

extension BucketPlace {
    func check(_ terms: ClaimTerms, _ connection: PlaceConnection, credentials: String) async throws {
        try checkState()
        let store = try store(connection)
        guard try await answer(store, terms) == .free, !terms.adopts, !terms.takesOver else { return }
        // An empty place costs one request and no sign-in.
        guard try await holdsObjects(store, below: "") else { return }
        try await AccountLook.with(credentials: credentials, connection) { provider, choice in
            let vaults = try await choice.vaults(named: terms.vault).map(\.vault)
            let folders = provider.hasVaultFolders ? FolderClaim.folders(of: vaults).filter { !$0.isEmpty } : [""]
            for folder in folders.sorted() where try await holdsObjects(store, below: folder) {
                throw foreign(folder, terms)
            }
        }
    }

    func markWiped(_ records: SQLiteRecordStore, _ connection: PlaceConnection) async throws -> [String] {
        guard memory.content?.claimed == true else { return [] }
        let store = try store(connection)
        // One request tells of the whole folder what a thousand could tell of its files.
        let wiped = WipedFolders(place: name, records: records, now: SystemClock().now) { records, folder in
            guard !records.isEmpty else { return true }
            return try await !holdsObjects(store, below: folder)
        }
        return try await wiped.markFiles()
    }

    func claim(_ pipeline: Pipeline, _ terms: ClaimTerms, _ connection: PlaceConnection) async throws -> [String] {
        let store = try store(connection)
        let answer = try await answer(store, terms)
        var notes: [String] = []
        if answer != .ours, let id = memory.content?.id {
            let content = BucketClaim.Content(state: id, since: pipeline.clock.now)
            let keepsVersions = try await store.putTellingVersion(
                ObjectKey(BucketClaim.key),
                try FunctionJSON.encode(content),
                ObjectAttributes(contentType: "application/json")
            )
            if answer != .vanished, !keepsVersions {
                notes.append(
                    "\(name) keeps no earlier versions: what is replaced or deleted there is gone; "
                        + "switch versioning on to keep it"
                )
            }
        }
        let endpoint = store.endpoint
        try memory.update { content in
            content.claimed = true
            content.endpoint = endpoint
        }
        return notes
    }

    private func answer(_ store: S3ObjectStore, _ terms: ClaimTerms) async throws -> BucketClaim.Answer {
        try await BucketClaim(store: store, name: name).answer(
            memory.content ?? .init(id: "", destination: destination),
            endpoint: store.endpoint,
            takesOver: terms.takesOver,
            command: command(terms)
        )
    }

    /// The command that goes on.
    private func command(_ terms: ClaimTerms) -> String {
        let words = ["obsync", "sync"] + (terms.vault.map { [$0] } ?? []) + arguments
        return words.map(\.shellQuoted).joined(separator: " ")
    }

    private func foreign(_ folder: String, _ terms: ClaimTerms) -> SyncError {
        SyncError(
            .invalidInput,
            "\(folder.isEmpty ? name : "\(name)/\(folder.printable)") holds objects that this machine knows nothing of; name "
                + "another prefix, or, if they are a mirror such as that of a deployment, go on with: \(command(terms)) --adopt. "
                + "What differs from the source is replaced then"
        )
    }

    private func holdsObjects(_ store: S3ObjectStore, below folder: String) async throws -> Bool {
        var pages = store.list(folder.isEmpty ? "" : folder + "/", after: nil).makeAsyncIterator()
        while let page = try await pages.next(isolation: nil) {
            let isOurs = page.contains { object in
                !BackupPlace.reserved.contains { object.key.utf8.starts(with: ($0 + "/").utf8) }
            }
            if isOurs { return true }
        }
        return false
    }
}
