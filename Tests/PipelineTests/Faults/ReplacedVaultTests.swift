import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// Vaults that are not what the cursor knows, and names that are hard to store.
@Suite("vaults that change under a mirror", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct ReplacedVaultTests {
    @Test(
        "a vault that was encrypted anew is listed from the beginning; its files follow",
        arguments: ["salt", "version"]
    )
    func replaced(what: String) async throws {
        let service = FaultyService()
        try await service.serve(try FaultyService.makeLibrary()) { _, runner in try await runner.run() }
        let library = try FaultyService.makeLibrary(
            salt: what == "salt" ? "another salt" : "some salt",
            version: what == "version" ? 2 : 3
        )
        try library.vaults[0].delete("README.md")
        library.vaults[0].write("New.md", .text("new"))
        try await service.serve(library) { simulator, runner in
            simulator.inject(.listingCut(afterRecords: 2), times: nil)
            let before = service.digests
            await #expect(throws: SyncError.self) { try await runner.run() }
            #expect(service.digests == before, "nothing is deleted before the new listing is complete")
            simulator.faults.removeAll()
            try await runner.run()
            #expect(service.digests == FaultyService.account(of: library))
            #expect(simulator.counters.snapshots >= 1)
        }
    }

    @Test("an end of the listing that lies below the cursor tells of another vault")
    func readyBelowCursor() async throws {
        let service = FaultyService()
        let library = try FaultyService.makeLibrary()
        try await service.serve(library) { simulator, runner in
            try await runner.run()
            let snapshots = simulator.counters.snapshots
            library.vaults[0].write("Later.md", .text("later"))
            try simulator.faults.add(parsing: "ready-version=1")
            try await runner.run()
            #expect(simulator.counters.snapshots == snapshots + 1, "the vault is listed whole")
            #expect(service.digests == FaultyService.account(of: library))
        }
    }

    @Test("after a pause of more than a month everything is listed")
    func pause() async throws {
        let service = FaultyService()
        let library = try FaultyService.makeLibrary()
        try await service.serve(library) { simulator, runner in
            try await runner.run()
            try await runner.run()
            #expect(simulator.counters.snapshots == 1)
            library.vaults[0].write("Later.md", .text("later"))
            service.clock.advance(by: .seconds(32 * 24 * 3600))
            try await runner.run()
            #expect(simulator.counters.snapshots == 2)
            #expect(service.digests == FaultyService.account(of: library))
        }
    }

    @Test("a file becomes a folder, a folder a file, and an empty vault stays empty")
    func types() async throws {
        let service = FaultyService()
        let library = try FaultyService.makeLibrary()
        try await service.serve(library) { _, runner in
            try await runner.run()
            try library.vaults[0].delete("Readme.md")
            library.vaults[0].makeFolder("Readme.md")
            library.vaults[0].write("Readme.md/inside.md", .text("inside"))
            try library.vaults[0].deleteFolder("Folder")
            library.vaults[0].write("Folder", .text("a file now"))
            try await runner.run()
            #expect(service.digests == FaultyService.account(of: library))
            for file in library.vaults[0].account().files { try library.vaults[0].delete(file.path) }
            try await runner.run(allowDeletions: true)
            try await runner.run()
            #expect(service.digests == FaultyService.account(of: library))
        }
    }

    @Test("names that cannot be stored are refused one by one, and all others are mirrored")
    func names() async throws {
        let service = FaultyService()
        let library = try FaultyService.makeLibrary()
        let refused = [
            "", "/absolute.md", "../escape.md", "a/../../escape.md", "./here.md", "a//b.md", "trailing/", "a/.", "..",
            "nul\0.md", String(repeating: "long", count: 300) + ".md",
        ]
        let strange = [
            "back\\slash.md", "colon:.md", "line\nbreak.md", " spaces ", "\u{202E}gpj.exe", "...", "state/x.md",
        ]
        for name in refused + strange { library.vaults[0].write(name, .text(name)) }
        var expected = FaultyService.account(of: library)
        for name in refused { expected[VaultPath("Notes/" + name)] = nil }
        let wanted = expected
        try await service.serve(library) { _, runner in
            let summary = try await runner.run()
            #expect(service.digests == wanted)
            #expect(summary.notes.contains { $0.contains("\(refused.count) files cannot be stored") })
            let id = try #require(VaultID(FaultyService.notesID))
            let records = service.records.files(of: id)
            for name in refused { #expect(records[VaultPath(name)]?.lastError == "NameRefused", "\(name)") }
        }
    }

    @Test("several sockets mirror the same as one")
    func sockets() async throws {
        var service = FaultyService()
        service.environment = ["OBSIDIAN_SOCKETS": "4"]
        let world = service
        let library = try FaultyService.makeLibrary()
        try await world.serve(library) { simulator, runner in
            try await runner.run()
            #expect(world.digests == FaultyService.account(of: library))
            #expect(simulator.counters.overlappingRequests == 0)
        }
    }
}
