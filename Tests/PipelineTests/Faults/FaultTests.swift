import Clocks
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// Every fault of the simulator, as a user writes it, against the whole pipeline; the mirror is compared with the
/// simulator's own account.
@Suite("a service on its bad days", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct FaultTests {
    /// Faults that nobody who looks at the mirror afterwards can tell.
    static let overcome = [
        "sign-in-overloaded*1", "code-refused*1", "rest-unavailable*2", "rest-page*1",
        "rest-garbled*1", "rest-throttled=3*1", "rest-error=Server overloaded*1",
        "rest-error=Temporarily unavailable*1", "rest-cut*1", "host-moved", "upgrade-unavailable*2",
        "opening-refused=Server overloaded*1", "opening-refused=Failed to authenticate: Not logged in*1",
        "pong-before-opening", "listing-cut=3*1", "listing-cut=0*2", "listing-shuffled", "listing-repeated",
        "listing-with-history", "listing-newest-only", "listing-with-binary", "body-cut*1", "body-interleaved",
        "body-in-one-frame", "body-fragmented", "pull-closed*2", "body-flipped*1", "body-truncated*1",
        "body-overlong*1", "body-short*1", "body-swapped=3*1", "pull-garbled*1", "pull-refused=Version not found*1",
        "pull-refused=Server overloaded*1", "pull-refused=Not logged in*1", "records-loose", "body-surplus",
        "sockets-limited=1",
        "token-worn=6",
    ]

    @Test("what goes wrong for a while is overcome in the same run", arguments: overcome)
    func overcomes(fault: String) async throws {
        try await mirrorsDespite(fault, FaultyService())
    }

    @Test("a token that dies on the way is replaced by one sign-in, also by those that come after")
    func renewsTheToken() async throws {
        let service = FaultyService()
        let library = try FaultyService.makeLibrary()
        try await service.serve(library) { simulator, runner in
            try await runner.run()
            library.vaults[0].write("Later.md", .text("later"))
            try simulator.faults.add(parsing: "token-refused*1")
            try await runner.run()
            try await runner.run()
            #expect(simulator.counters.signIns == 2)
            #expect(service.digests == FaultyService.account(of: library))
        }
    }

    @Test(
        "silence is overcome in the same run",
        arguments: ["opening-stalled*1", "listing-stalled=3*1", "body-stalled*1", "pull-stalled*1"]
    )
    func overcomesSilence(fault: String) async throws {
        var service = FaultyService()
        service.timeout = .seconds(3)
        try await mirrorsDespite(fault, service)
    }

    private func mirrorsDespite(_ fault: String, _ service: FaultyService) async throws {
        let library = try FaultyService.makeLibrary()
        try await service.serve(library) { simulator, runner in
            try simulator.faults.add(parsing: fault)
            try await runner.run()
            #expect(service.digests == FaultyService.account(of: library))
            library.vaults[0].write("Later.md", .text("later"))
            library.vaults[0].write("Later.md", .text("later still"))
            try library.vaults[0].rename("Readme.md", to: "Moved.md")
            try library.vaults[0].delete("Folder/Hello.md")
            try await runner.run()
            #expect(service.digests == FaultyService.account(of: library))
            #expect(simulator.counters.refusedWrites.isEmpty)
            #expect(simulator.counters.overlappingRequests == 0)
            #expect(simulator.counters.requestsWithoutUserAgent == 0)
        }
    }

    @Test(
        "a file that cannot be had is reported by its uid, costs the others nothing, and is had by a later run",
        arguments: [
            ("body-flipped", SyncError.Name.corruptContent), ("body-truncated", .corruptContent),
            ("body-overlong", .corruptContent), ("body-short", .corruptContent), ("body-swapped=3", .corruptContent),
            ("pull-garbled", .corruptContent), ("pull-refused=Version not found", .corruptContent),
            ("hash-garbled", .corruptContent), ("body-cut", .sourceUnavailable), ("pull-closed", .sourceUnavailable),
            ("body-stalled", .sourceUnavailable), ("pull-stalled", .sourceUnavailable),
        ]
    )
    func oneFile(fault: String, name: SyncError.Name) async throws {
        var service = FaultyService()
        if fault.hasSuffix("stalled") { service.timeout = .seconds(2) }
        let world = service
        let library = try FaultyService.makeLibrary(withArchive: true)
        let target = try FaultyService.target(in: library)
        try await world.serve(library) { simulator, runner in
            try simulator.faults.add(parsing: "\(fault)@\(target.uid)")
            let error = await #expect(throws: SyncError.self) { try await runner.run() }
            #expect(error?.name == .partialFailure)
            #expect(world.digests == FaultyService.account(of: library, without: target.uid))
            let record = try #require(try world.record(uid: target.uid))
            #expect(record.status == .failed)
            #expect(record.lastError == name)
            #expect(record.pendingSince != nil)

            simulator.faults.removeAll()
            // A hash is part of the listing, which has to be had anew.
            try await runner.run(complete: fault == "hash-garbled")
            #expect(world.digests == FaultyService.account(of: library))
        }
    }

    @Test("a file that is gone at the source is reported, costs the others nothing, and comes when it is there again")
    func gone() async throws {
        let service = FaultyService()
        let library = try FaultyService.makeLibrary(withArchive: true)
        let target = try FaultyService.target(in: library)
        try await service.serve(library) { simulator, runner in
            try simulator.faults.add(parsing: "body-reported-deleted@\(target.uid)")
            let summary = try await runner.run()
            #expect(summary.notes.count == 1)
            #expect(service.digests == FaultyService.account(of: library, without: target.uid))
            #expect(try service.record(uid: target.uid)?.lastError == "SourceGone")
            simulator.faults.removeAll()
            try await runner.run(complete: true)
            #expect(service.digests == FaultyService.account(of: library))
        }
    }

    @Test("a path that cannot be deciphered is reported by its uid, and nothing is deleted in its name")
    func unreadablePath() async throws {
        let service = FaultyService()
        let library = try FaultyService.makeLibrary(withArchive: true)
        let target = try FaultyService.target(in: library)
        try await service.serve(library) { simulator, runner in
            try await runner.run()
            library.vaults[0].write(FaultyService.large, .text("anew"))
            let uid = try FaultyService.target(in: library).uid
            try simulator.faults.add(parsing: "path-garbled@\(uid)")
            for complete in [false, true] {
                let summary = try await runner.run(complete: complete)
                #expect(summary.notes.contains { $0.contains("1 file") })
                let record = try #require(try service.record(uid: uid))
                #expect(record.path.isStandIn)
                #expect(record.status == .skipped)
                #expect(record.lastError == SyncError.Name.nameRefused)
                let old = service.digests[VaultPath("Notes/" + FaultyService.large)]
                #expect(old == target.sha256, "the copy that there is stays")
            }
            simulator.faults.removeAll()
            try await runner.run(complete: true)
            #expect(service.digests == FaultyService.account(of: library))
        }
    }

    @Test(
        "what cannot be overcome fails the run under its name; nothing is written, nothing is deleted",
        arguments: [
            ("listing-cut=0", SyncError.Name.sourceUnavailable), ("listing-cut=2", .sourceUnavailable),
            ("opening-garbled", .protocolChanged), ("opening-refused=What nobody knows", .protocolChanged),
            ("opening-refused=Your subscription to Obsidian Sync has expired.", .subscriptionExpired),
            ("opening-refused=Vault not found.", .invalidInput), ("opening-refused=Server overloaded", .throttled),
            ("version-stated=1", .protocolChanged), ("version-stated=4", .protocolChanged),
            ("host-stated=sync.example.com", .protocolChanged), ("upgrade-unavailable", .sourceUnavailable),
            ("rest-unavailable", .sourceUnavailable), ("rest-page", .sourceUnavailable),
            ("rest-garbled", .sourceUnavailable), ("rest-cut", .sourceUnavailable), ("rest-throttled=1", .throttled),
            ("rest-redirected=http://127.0.0.1:1/", .sourceUnavailable),
            ("rest-error=Login failed, please double check your email and password.", .authenticationFailed),
            ("rest-error=What nobody knows", .protocolChanged), ("sign-in-overloaded", .throttled),
            ("code-refused", .authenticationFailed), ("token-refused", .authenticationFailed),
            ("listing-stalled=2", .sourceUnavailable), ("opening-stalled", .sourceUnavailable),
        ]
    )
    func fails(fault: String, name: SyncError.Name) async throws {
        let world = FaultyService()
        let library = try FaultyService.makeLibrary()
        try await world.serve(library) { simulator, whole in
            try await whole.run()
            // Only what the fault strikes may be given up early: anything else takes as long as the machine needs.
            let runner = fault.contains("stalled") ? whole.givingUp(after: .milliseconds(400)) : whole
            let before = world.digests
            let writes = world.mirror.writes
            library.vaults[0].write("Later.md", .text("later"))
            try library.vaults[0].delete("Folder/Hello.md")
            library.revokeTokens()
            try simulator.faults.add(parsing: fault)
            for complete in fault.hasPrefix("listing") ? [false, true] : [false] {
                let error = await #expect(throws: SyncError.self) { try await runner.run(complete: complete) }
                #expect(error?.name == name)
                #expect(world.digests == before)
                #expect(world.mirror.writes == writes)
            }
            simulator.faults.removeAll()
            try await whole.run()
            #expect(world.digests == FaultyService.account(of: library))
        }
    }

    @Test("there is no fault of the simulator that no test here has")
    func completeness() {
        let elsewhere = [
            "version-unstated", "token-refused", "ready-version", "path-garbled", "body-reported-deleted",
            "hash-garbled", "rest-compressed", "vault-left", "password-stated",
        ]
        let named =
            Self.overcome + elsewhere + [
                "opening-stalled", "listing-stalled", "body-stalled", "pull-stalled", "opening-garbled",
                "version-stated",
                "host-stated", "rest-redirected",
            ]
        for name in SimulatorFaultName.all.map(\.name) {
            #expect(named.contains { $0.prefix { $0 != "=" && $0 != "*" } == name }, "\(name)")
        }
    }
}
