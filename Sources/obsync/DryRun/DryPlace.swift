import Foundation
import LocalAdapters
import Pipeline
import SyncCore

/// A place of which only a copy of the records is worked on, in a folder that goes again.
struct DryPlace: MirrorPlace {
    let base: any MirrorPlace
    let data: String
    let account: DryAccount

    var name: String { base.name }
    var records: String { data + "/records.sqlite" }
    var executions: String { data + "/executions.sqlite" }
    var disk: String { base.disk }
    var isGone: Bool { base.isGone }
    var reservedFolders: [String] { base.reservedFolders }
    var furtherArguments: [String] { base.furtherArguments }

    @discardableResult
    func prepare(environment: [String: String]) throws -> [String] {
        try DatabaseCopy.make(of: base.records, at: records, content: "records")
        return []
    }

    func files(_ connection: PlaceConnection, _ records: SQLiteRecordStore) throws -> (any ObjectStore, String) {
        var (store, name) = try base.files(connection, records)
        if base is LocalFolder, !FileManager.default.fileExists(atPath: base.disk) {
            // A run makes the folder.
            let empty = data + "/empty"
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
            store = FolderObjectStore(root: empty, scratch: data + "/tmp")
        }
        return (DryStore(base: store, account: account), name)
    }

    func check(_ terms: ClaimTerms, _ connection: PlaceConnection, credentials: String) async throws {
        try await base.check(terms, connection, credentials: credentials)
    }

    func markWiped(_ records: SQLiteRecordStore, _ connection: PlaceConnection) async throws -> [String] {
        try await base.markWiped(records, connection)
    }

    func claim(_ pipeline: Pipeline, _ terms: ClaimTerms, _ connection: PlaceConnection) async throws -> [String] { [] }

    func expire(after summary: Summary, _ terms: HistoryTerms) async throws -> [String] { [] }
}
