import AWSClient
import SyncCore
import TestSupport
import Testing

@testable import AWSAdapters

@Suite("Records as items of the table")
struct RecordItemTests {
    @Test(
        "a mark comes back as it was, an ETag in half of its bytes",
        arguments: [
            ("9b2cf535f27731c974343645a3985328", 16), ("9b2cf535f27731c974343645a3985328-1", 18),
            ("9b2cf535f27731c974343645a3985328-10000", 18), ("9b2cf535f27731c974343645a3985328-65535", 18),
            ("9b2cf535f27731c974343645a3985328-65536", nil), ("9b2cf535f27731c974343645a3985328-01", nil),
            ("9b2cf535f27731c974343645a3985328-", nil), ("9B2CF535F27731C974343645A3985328", nil),
            ("9b2cf535f27731c974343645a398532", nil), ("1206-1732158000.123456789-99", nil), ("", nil), ("-1", nil),
        ] as [(String, Int?)]
    )
    func marks(text: String, bytes: Int?) {
        let value = FingerprintValue.value(ObjectFingerprint(text))
        if case .b(let data) = value { #expect(data.count == bytes) } else { #expect(bytes == nil) }
        #expect(FingerprintValue.fingerprint(value) == ObjectFingerprint(text))
    }

    @Test("an item of the first release is read, and written as it was")
    func firstRelease() throws {
        let vault = try #require(VaultID("v"))
        let item: DynamoRecordStore.Item = [
            "vault_id": .s("v"), "item": .s("file#a.md"), "s": .s("FAILED"), "v": .n(7), "e": .s("e@bucket/"),
            "n": .n(3),
            "m": .n(5), "r": .s("run-1"), "x": .s("Throttled"), "a": .n(2), "pending_since": .n(9),
        ]
        let record = try RecordItem.record(item)
        #expect((record.reason, record.listedSize, record.fingerprint, record.deletedAt) == (nil, nil, nil, nil))
        #expect(try RecordItem.item(record, in: vault) == item)
    }

    @Test("an item of a newer form is refused with one sentence")
    func newer() throws {
        let item: DynamoRecordStore.Item = [
            "vault_id": .s("v"), "item": .s("file#a.md"), "v": .n(7), "e": .s("e"), "r": .s("run-1"), "o": .n(3),
        ]
        let error = #expect(throws: SyncError.self) { try RecordItem.record(item) }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("newer") == true)
    }

    @Test("what is new stands beside what the first release requires, under names that it does not know")
    func added() throws {
        let vault = try #require(VaultID("v"))
        let author = FileRecord.Author(run: try #require(RunID("run-1")), epoch: "e", now: InstantClock.start)
        let entry = Entry(kind: .file, path: VaultPath("a.md"), version: 7, handle: "7", size: 3)
        let old = FileRecord(entry, status: .failed, author: author, previous: nil, error: .throttled)
        var new = old
        (new.reason, new.listedSize) = ("SlowDown", 4)
        (new.fingerprint, new.deletedAt) = (ObjectFingerprint("x"), author.now)
        let (before, after) = (try RecordItem.item(old, in: vault), try RecordItem.item(new, in: vault))
        #expect(before.allSatisfy { after[$0.key] == $0.value })
        #expect(Set(after.keys).subtracting(before.keys) == ["w", "b", "g", "u"])
        #expect(try RecordItem.record(after) == new)
        // An old function that rewrites the item drops them.
        #expect(try RecordItem.record(before) == old)
    }
}
