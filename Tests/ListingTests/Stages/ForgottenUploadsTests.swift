import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Uploads of processes that were killed")
struct ForgottenUploadsTests {
    private func begin(_ path: String, _ world: World) async throws -> MultipartUpload {
        let key = try ObjectKey("Notes/" + path)
        return try await world.mirror.beginUpload(key, ObjectAttributes(contentType: "video/mp4"), partSize: 5)
    }

    private func record(_ path: String, _ upload: MultipartUpload?, _ context: PassContext) async throws {
        var record = FileRecord(file(path), status: .inProgress, author: context.author, previous: nil)
        record.checkpoint = upload.map { TransferCheckpoint(upload: $0, validator: "v") }
        _ = try await context.records.save(record, in: .notes)
    }

    @Test("are thrown away where a record goes on with another or with none; a stranger's is left alone")
    func aborts() async throws {
        let world = World.withNotes()
        let context = try await world.stageContext()
        let wanted = try await begin("wanted.mp4", world)
        try await record("wanted.mp4", wanted, context)
        let older = try await begin("newer.mp4", world)
        try await record("newer.mp4", try await begin("newer.mp4", world), context)
        let forgotten = try await begin("forgotten.mp4", world)
        try await record("forgotten.mp4", nil, context)
        let stranger = try await begin("stranger.mp4", world)
        world.clock.advance(by: .seconds(3600))
        try await ForgottenUploads(try await world.stageContext()).abort()
        #expect(try await world.mirror.storedParts(of: wanted) != nil)
        #expect(try await world.mirror.storedParts(of: stranger) != nil)
        #expect(try await world.mirror.storedParts(of: older) == nil)
        #expect(try await world.mirror.storedParts(of: forgotten) == nil)
    }

    @Test("a store that does not answer lets no run fail")
    func fault() async throws {
        let world = World.withNotes()
        let context = try await world.stageContext()
        world.mirrorFaults.replace { _, _ in .init(SyncError(.storeUnavailable, "away"), afterDoing: false) }
        try await ForgottenUploads(context).abort()
        #expect(world.mirrorFaults.count(of: .openUploads) == 1)
    }
}
