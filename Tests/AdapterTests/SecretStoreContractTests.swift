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
        "a staged secret is nobody's until it is made current, and fields nobody knows survive",
        arguments: SecretStoreAdapter.available
    )
    func staging(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let old = try await store.current()
            #expect(try await store.staged(after: old.version) == nil)
            let changed = old.secret.setting(.string("new"), at: "token", "value")
            let staged = try await store.stage(changed, after: old.version)
            #expect(staged.version != old.version)
            #expect(try await store.current() == old)
            #expect(try await store.staged(after: old.version) == staged)
            #expect(try await store.makeCurrent(staged, insteadOf: old.version))
            #expect(try await store.current() == staged)
            #expect(staged.secret == secret.setting(.string("new"), at: "token", "value"))
            #expect(try await store.staged(after: old.version) == nil || adapter != .file)
            #expect(try await store.staged(after: staged.version) == nil)
        }
    }

    @Test(
        "staging the same again is the same version, something else takes its place",
        arguments: SecretStoreAdapter.available
    )
    func repeatedStaging(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let old = try await store.current()
            let changed = old.secret.setting(.string("new"), at: "token", "value")
            let staged = try await store.stage(changed, after: old.version)
            #expect(try await store.stage(changed, after: old.version) == staged)
            let other = try await store.stage(
                old.secret.setting(.string("newer"), at: "token", "value"),
                after: old.version
            )
            #expect(other.version != staged.version)
            #expect(try await store.staged(after: old.version) == other)
            #expect(try await store.makeCurrent(other, insteadOf: old.version))
            #expect(try await store.current() == other)
        }
    }

    @Test(
        "what follows another version than the current one is not what is staged",
        arguments: SecretStoreAdapter.available
    )
    func lineage(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let old = try await store.current()
            let first = try await store.stage(old.secret.setting(.integer(1), at: "n"), after: old.version)
            #expect(try await store.makeCurrent(first, insteadOf: old.version))
            let stray = try await store.stage(old.secret.setting(.integer(2), at: "n"), after: old.version)
            #expect(try await store.staged(after: first.version) == nil)
            #expect(try await !store.makeCurrent(stray, insteadOf: old.version))
            #expect(try await store.current() == first)
        }
    }

    @Test("a secret is made current once, and by the first only", arguments: SecretStoreAdapter.available)
    func lostRace(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let old = try await store.current()
            let staged = try await store.stage(old.secret.setting(.string("first"), at: "token"), after: old.version)
            #expect(try await store.makeCurrent(staged, insteadOf: old.version))
            #expect(try await !store.makeCurrent(staged, insteadOf: old.version))
            let late = try await store.stage(old.secret.setting(.string("second"), at: "token"), after: old.version)
            #expect(try await !store.makeCurrent(late, insteadOf: old.version))
            #expect(try await store.current() == staged)
        }
    }

    @Test("of many writers at once one wins", arguments: SecretStoreAdapter.available)
    func race(adapter: SecretStoreAdapter) async throws {
        try await adapter.with(secret) { store in
            let old = try await store.current()
            let winners = try await withThrowingTaskGroup(of: StoredSecret?.self) { group in
                for number in 1...5 {
                    let mine = old.secret.setting(.integer(Int64(number)), at: "token", "number")
                    group.addTask {
                        let staged = try await store.stage(mine, after: old.version)
                        return try await store.makeCurrent(staged, insteadOf: old.version) ? staged : nil
                    }
                }
                var winners: [StoredSecret] = []
                for try await winner in group { if let winner { winners.append(winner) } }
                return winners
            }
            #expect(winners.count == 1)
            #expect(try await store.current() == winners.first)
        }
    }
}
