import Clocks
import TestSupport
import TestWorld
import Testing

@testable import Listing
@testable import SyncCore

@Suite("What a batch has left undone")
struct SettleStageTests {
    private let a = file("a")
    private let b = file("b")
    private let c = file("c")

    /// A world in which one batch of three files was handed out.
    private func handedOut() async throws -> (World, PassContext) {
        let world = World.withNotes()
        let context = try await world.stageContext()
        var writer = BatchWriter(context, world.stagePlan(), after: 0)
        for entry in [a, b, c] { _ = try await writer.add(entry) }
        _ = try await writer.flush()
        return (world, context)
    }

    private func complete(_ entry: Entry, _ context: PassContext) async throws {
        let record = FileRecord(entry, status: .completed, author: context.author, previous: nil)
        _ = try await context.records.save(record, in: .notes)
    }

    private func receipt(_ failures: [Entry] = [], error: SyncError.Name? = nil) -> Receipt {
        var receipt = Receipt(batch: 1)
        receipt.failures = failures.map { .init(path: $0.path, error: .corruptContent) }
        receipt.error = error
        return receipt
    }

    @Test("without a receipt all of it, with one what failed, and after an error what no record settles")
    func unsettled() async throws {
        let (_, context) = try await handedOut()
        let stage = SettleStage(context, from: 1)
        #expect(try await stage.unsettled(1, nil) == [a, b, c])
        #expect(try await stage.unsettled(1, receipt()).isEmpty)
        #expect(try await stage.unsettled(1, receipt([b])) == [b])
        try await complete(a, context)
        #expect(try await stage.unsettled(1, receipt(error: .sourceUnavailable)) == [b, c])
    }

    @Test("receipts are found by number, and a missing one is none")
    func receipts() async throws {
        let (world, context) = try await handedOut()
        let expires = world.clock.now.advanced(by: .seconds(3600))
        for number in [1, 3] {
            try await world.records.save(Receipt(batch: number), of: .first, in: .notes, expires: expires)
        }
        var stage = SettleStage(context, from: 1)
        #expect(try await stage.receipt(of: 1)?.batch == 1)
        #expect(try await stage.receipt(of: 2) == nil)
        #expect(try await stage.receipt(of: 3)?.batch == 3)
        #expect(try await stage.receipt(of: 4) == nil)
    }

    @Test("after the last round nothing is left without a record")
    func accounts() async throws {
        let (world, context) = try await handedOut()
        try await complete(a, context)
        let stage = SettleStage(context, from: 1)
        #expect(try await stage.account(for: 1, receipt([b])) == 1)
        #expect(try await stage.account(for: 1, receipt(error: .throttled)) == 2)
        #expect(world.record("b")?.lastError == .throttled)
        #expect(world.record("a")?.status == .completed)
        #expect(try await stage.account(for: 1, nil) == 2)
        #expect(world.record("c")?.lastError == .sourceUnavailable)
    }

    @Test("a token that was refused is checked once, and only then")
    func token() async throws {
        let (world, context) = try await handedOut()
        var stage = SettleStage(context, from: 1)
        #expect(try await !stage.checkToken(receipt(error: .throttled)))
        await #expect(throws: SyncError.self) { _ = try await stage.checkToken(receipt(error: .tokenExpired)) }
        world.library.accept(token: "token")
        world.secrets.edit { $0.setting(.string("token"), at: "token", "value") }
        var signedIn = SettleStage(try await world.stageContext(), from: 1)
        #expect(try await signedIn.checkToken(receipt(error: .tokenExpired)))
        #expect(try await !signedIn.checkToken(receipt(error: .tokenExpired)))
    }
}
