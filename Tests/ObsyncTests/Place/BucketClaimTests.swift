import Clocks
import Foundation
import SyncCore
import TestSupport
import Testing

@testable import obsync

@Suite("the claim on a bucket")
struct BucketClaimTests {
    private let store = MemoryObjectStore()
    private var claim: BucketClaim { BucketClaim(store: store, name: "s3://b") }

    private func answer(
        _ id: String,
        claimed: Bool? = nil,
        at known: String? = nil,
        now: String? = nil,
        takesOver: Bool = false
    ) async throws -> BucketClaim.Answer {
        var memory = BucketMemory.Content(id: id, destination: "b/")
        (memory.claimed, memory.endpoint) = (claimed, known)
        return try await claim.answer(memory, endpoint: now, takesOver: takesOver, command: "obsync sync --dest s3://b")
    }

    private func put(_ state: String) async throws {
        let content = BucketClaim.Content(state: state, since: Timestamp(milliseconds: 1_770_000_000_000))
        let attributes = ObjectAttributes(contentType: "application/json")
        try await store.put(ObjectKey(BucketClaim.key), FunctionJSON.encode(content), attributes)
    }

    @Test("where there is none, the bucket is free, or has lost what was there")
    func none() async throws {
        #expect(try await answer("one") == .free)
        #expect(try await answer("one", claimed: true) == .vanished)
        #expect(try await answer("one", claimed: true, at: "https://a", now: "https://a") == .vanished)
        let error = await #expect(throws: SyncError.self) {
            try await answer("one", claimed: true, at: "https://a", now: "https://b", takesOver: true)
        }
        #expect(error?.message.contains("https://a") == true && error?.message.contains("--state") == true)
    }

    @Test("ours is ours, wherever the store has moved; another's goes over when somebody says so")
    func found() async throws {
        try await put("one")
        #expect(try await answer("one", claimed: true, at: "https://a", now: "https://b") == .ours)
        #expect(try await answer("two", takesOver: true) == .takenOver)
        for claimed in [true, nil] {
            let error = await #expect(throws: SyncError.self) { try await answer("two", claimed: claimed) }
            #expect(error?.name == .invalidInput)
            #expect(error?.message.hasSuffix("obsync sync --dest s3://b --take-over") == true)
            #expect(error?.message.contains("2026-02-02") == true)
        }
    }

    @Test("a claim that cannot be read is refused, not replaced")
    func unreadable() async throws {
        try await store.put(ObjectKey(BucketClaim.key), Array("{}".utf8), ObjectAttributes(contentType: "text/plain"))
        let error = await #expect(throws: SyncError.self) { try await answer("one", takesOver: true) }
        #expect(error?.name == .protocolChanged)
    }
}
