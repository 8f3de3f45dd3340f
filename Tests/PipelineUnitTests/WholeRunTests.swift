import Downloading
import Listing
import Synchronization
import TestSupport
import TestWorld
import Testing

@testable import SyncCore

/// A library that changes at random, mirrored in spite of random faults.
private struct RandomLife {
    let world: World
    var random: SeededGenerator
    let vaults: [VaultID] = [.notes, .work]
    /// Few names, so that files, folders and renames meet at the same paths again and again.
    let names = [
        "a.md", "b.md", "c d.md", "e\u{301}.md", "\u{E9}.md", "sub/a.md", "sub/deep/b.md", "sub+1/%20.md", "z.png",
        "Emoji \u{1F600}.md", "sub/c.md", "last.md",
    ]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var world = World()
        world.listing.batchSize = 3
        world.listing.batchesPerPage = 2
        world.listing.brake.fewest = 1000
        world.downloading.storesInFlight = 3
        self.world = world
        world.library.addVault(.notes)
        world.library.addVault(Vault(id: .work, name: "Notes", epoch: "epoch-1"))
    }

    mutating func change(times: Int) {
        for _ in 0..<times {
            let vault = vaults.randomElement(using: &random) ?? .notes
            let path = names.randomElement(using: &random) ?? ""
            let other = names.randomElement(using: &random) ?? ""
            switch Int.random(in: 0..<10, using: &random) {
            case 0...5: world.write("text \(UInt16.random(in: 0...9, using: &random))", to: path, in: vault)
            case 6, 7: world.delete(path, in: vault)
            case 8 where path != other: world.rename(path, to: other, in: vault)
            default: world.library.makeFolder(VaultPath("folder of " + path), in: vault)
            }
        }
    }

    /// Lets about one call in `rarity` fail, half of them after they took effect.
    mutating func setFaults(rarity: Int) {
        let generator = Mutex(SeededGenerator(seed: random.next()))
        let isStruck: @Sendable () -> (Bool, Bool) = {
            generator.withLock { (Int.random(in: 0..<rarity, using: &$0) == 0, Bool.random(using: &$0)) }
        }
        let error = SyncError(.storeUnavailable, "a fault")
        world.mirrorFaults.replace { _, _ in
            let (isStruck, isAfter) = isStruck()
            return isStruck ? .init(error, afterDoing: isAfter) : nil
        }
        world.recordFaults.replace { _, _ in
            let (isStruck, isAfter) = isStruck()
            return isStruck ? .init(error, afterDoing: isAfter) : nil
        }
        world.stateFaults.replace { _, _ in
            let (isStruck, isAfter) = isStruck()
            return isStruck ? .init(error, afterDoing: isAfter) : nil
        }
        let cut = Int.random(in: 0..<6, using: &random)
        let broken = names.randomElement(using: &random) ?? ""
        world.library.setFaults {
            $0.breaks[VaultPath(broken)] = 3
            $0.contentsUntilTokenExpires = 5
            $0.cutListingAfter = cut == 0 ? 3 : nil
        }
    }

    func mend() {
        world.mirrorFaults.replace(with: nil)
        world.recordFaults.replace(with: nil)
        world.stateFaults.replace(with: nil)
        world.library.setFaults { $0 = .init() }
    }

    /// What the mirror has to be.
    func expectedMirror() throws -> [ObjectKey: [UInt8]] {
        var expected: [ObjectKey: [UInt8]] = [:]
        for vault in world.library.vaults {
            for (path, bytes) in vault.files {
                let folder = "Notes (\(vault.vault.id.rawValue.prefix(8)))"
                expected[try KeyMapping.key(folder: folder, path: path)] = bytes
            }
        }
        return expected
    }
}

@Suite("Whole runs")
struct WholeRunTests {
    @Test("after enough runs the mirror equals the library, whatever went wrong", arguments: 1...120)
    func converges(seed: Int) async throws {
        var life = RandomLife(seed: UInt64(seed))
        let world = life.world
        var number = 0
        for rarity in [40, 15, 25, 60] {
            life.change(times: 25)
            if Int.random(in: 0..<6, using: &life.random) == 0 {
                world.library.replace(.work, epoch: "epoch of \(rarity)")
                life.change(times: 15)
            }
            life.setFaults(rarity: rarity)
            number += 1
            let run = try #require(RunID("faulty-\(number)"))
            let isComplete = Bool.random(using: &life.random)
            _ = try? await world.run(run, isComplete ? #"{"sync_type": "complete"}"# : "{}")
            if Bool.random(using: &life.random) { _ = try? await world.run(run, redrives: 1) }
            // A run that died keeps its lease until it runs out.
            world.clock.advance(by: .seconds(3600))
        }
        life.change(times: 10)
        life.mend()
        for _ in 1...2 {
            number += 1
            try await world.run(try #require(RunID("good-\(number)")))
        }
        let expected = try life.expectedMirror()
        #expect(world.mirror.objects.mapValues(\.bytes) == expected)
        #expect(world.mirror.openUploads == 0)
        let (sent, writes) = (world.library.contentsSent, world.mirror.writes)
        let last = try await world.run(try #require(RunID("idle")))
        #expect(last.summary?.filesCount == 0)
        #expect(world.library.contentsSent == sent)
        #expect(world.mirror.writes == writes)
        try await world.run(try #require(RunID("complete")), #"{"sync_type": "complete"}"#)
        #expect(world.library.contentsSent == sent)
        #expect(world.mirror.writes == writes)
        #expect(world.mirror.objects.mapValues(\.bytes) == expected)
    }

    @Test("a run redriven until it succeeds mirrors everything", arguments: 1...60)
    func redrives(seed: Int) async throws {
        var life = RandomLife(seed: UInt64(seed))
        life.change(times: 40)
        life.setFaults(rarity: 12)
        var redrives = 0
        while redrives < 200 {
            do {
                try await life.world.run(.first, redrives: redrives)
                break
            } catch is SyncError {
                redrives += 1
                if redrives == 20 { life.mend() }
            }
        }
        #expect(redrives < 60)
        #expect(try life.world.mirror.objects.mapValues(\.bytes) == life.expectedMirror())
    }

    @Test("what is counted is what was stored, although a token ran out on the way")
    func counts() async throws {
        var world = World.withNotes()
        world.listing.batchSize = 4
        for number in 1...10 { world.write("text \(number)", to: "\(number).md") }
        world.library.setFaults { $0.contentsUntilTokenExpires = 6 }
        let outcome = try await world.run()
        #expect(outcome.summary?.filesCount == 10)
        #expect(outcome.summary?.message == "Synced 1 vault with 10 files")
        #expect(world.texts.count == 10)
    }
}
