import SyncCore
import Testing

@Suite("Every secret store")
struct SecretStoreContractTests {
    private let secret = Secret([
        "provider": .string("obsidian"),
        "auth": .object(["email": .string("somebody@example.org"), "password": .string("p\"\u{1F600}")]),
        "a field of tomorrow": .array([.integer(1), .null, .object(["deep": .bool(true)])]),
    ])

    @Test("the secret is read with its version", arguments: SecretStoreAdapter.available)
    func current(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let stored = try await store.current()
            #expect(try stored.secret.json == secret.json)
            #expect(!stored.version.isEmpty)
            #expect(try await store.current().version == stored.version)
        }
    }

    @Test("a missing secret is an error of configuration", arguments: SecretStoreAdapter.available)
    func missing(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(nil) { store in
            let error = await #expect(throws: SyncError.self) { try await store.current() }
            #expect(error?.name == .invalidConfiguration)
        }
    }

    @Test(
        "a new secret is current afterwards, and fields nobody knows survive",
        arguments: SecretStoreAdapter.available
    )
    func replace(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let old = try await store.current()
            let changed = old.secret.setting(.string("new"), at: "token", "value")
            let new = try await store.replace(changed, expecting: old.version)
            #expect(new.version != old.version)
            #expect(try new.secret.json == changed.json)
            let read = try await store.current()
            #expect(read.version == new.version)
            #expect(try read.secret.json == secret.setting(.string("new"), at: "token", "value").json)
        }
    }

    @Test("who comes second gets what the first has stored", arguments: SecretStoreAdapter.available)
    func lostRace(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let old = try await store.current()
            let winner = try await store.replace(
                old.secret.setting(.string("first"), at: "token", "value"),
                expecting: old.version
            )
            let loser = try await store.replace(
                old.secret.setting(.string("second"), at: "token", "value"),
                expecting: old.version
            )
            #expect(loser.version == winner.version)
            #expect(try loser.secret.text("token", "value") == "first")
            #expect(try await store.current().secret.text("token", "value") == "first")
            let next = try await store.replace(
                old.secret.setting(.string("third"), at: "token", "value"),
                expecting: winner.version
            )
            #expect(try next.secret.text("token", "value") == "third")
        }
    }

    @Test("of many writers at once one wins, and all learn of it", arguments: SecretStoreAdapter.available)
    func race(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let old = try await store.current()
            let outcomes = try await withThrowingTaskGroup(of: StoredSecret.self) { group in
                for number in 1...5 {
                    let mine = old.secret.setting(.integer(Int64(number)), at: "token", "number")
                    group.addTask { try await store.replace(mine, expecting: old.version) }
                }
                var outcomes: [[UInt8]] = []
                for try await outcome in group { outcomes.append(try outcome.secret.json) }
                return outcomes
            }
            #expect(Set(outcomes).count == 1)
            #expect(try await store.current().secret.json == outcomes.first)
        }
    }
}
