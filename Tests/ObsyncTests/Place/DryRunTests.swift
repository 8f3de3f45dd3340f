import ArgumentParser
import Foundation
import Simulators
import SyncCore
import Synchronization
import Testing

@testable import obsync

@Suite("a run that writes nothing", .tags(.integration))
struct DryRunTests {
    private func dryRun(
        _ world: BucketWorld,
        into place: any MirrorPlace,
        _ arguments: [String] = [],
        adopts: Bool = false
    ) async throws -> (outcome: DryRun.Outcome, lines: [String]) {
        let lines = Mutex<[String]>([])
        let run = DryRun(
            place: place,
            credentials: world.credentials,
            environment: world.environment,
            logger: quietLogger,
            terms: ClaimTerms(adopts: adopts)
        ) { line in lines.withLock { $0.append(line) } }
        let outcome = try await run.run(try RunOptions.parse(arguments))
        return (outcome, lines.withLock { $0 })
    }

    private func mirror(_ world: BucketWorld, into place: any MirrorPlace) async throws -> Summary {
        try await LocalRun(
            place: place,
            credentials: world.credentials,
            environment: world.environment,
            isQuiet: true,
            logger: quietLogger
        ).run(vault: nil, try RunOptions.parse([]))
    }

    /// Everything below a folder: bytes of files and times of everything.
    private func everything(_ root: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init() {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")
            let bytes = FileManager.default.contents(atPath: "\(root)/\(path)")?.hashValue ?? 0
            found[path] = "\(bytes) \(try #require(attributes[.modificationDate] as? Date).timeIntervalSince1970)"
        }
        return found
    }

    @Test("tells before the first run what it would fetch, and makes nothing")
    func first() async throws {
        try await BucketWorld.with { world, store in
            let folder = LocalFolder(world.root + "/not/there")
            let expected = world.expected().count
            for place in [folder, world.place()] as [any MirrorPlace] {
                let (outcome, lines) = try await dryRun(world, into: place)
                #expect(outcome.failure == nil, "\(place.name): \(String(describing: outcome.failure))")
                #expect(outcome.totals.fetch.files == expected && outcome.totals.fetch.bytes > 5_000_000)
                #expect(lines.count == expected && lines.allSatisfy { $0.hasPrefix("fetch ") })
                #expect(outcome.fits == (place is LocalFolder ? true : nil))
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path))
            #expect(!FileManager.default.fileExists(atPath: world.place().data))
            #expect(world.pulls == 0)
            let reading: Set<S3Operation> = [.getObject, .headObject, .listObjectsV2, .listMultipartUploads]
            #expect(store.requests.compactMap(\.operation).allSatisfy { reading.contains($0) })
        }
    }

    @Test("tells what a run then does, to the file, and leaves records and mirror as they are")
    func edits() async throws {
        try await BucketWorld.with { world, store in
            let folder = LocalFolder(world.root + "/mirror")
            for place in [folder, world.place()] as [any MirrorPlace] {
                _ = try await mirror(world, into: place)
                let (idle, lines) = try await dryRun(world, into: place)
                #expect(idle.failure == nil, "\(place.name)")
                #expect(idle.totals == DryAccount.Totals() && lines.isEmpty)
                #expect(idle.lines(place).first == "A run would find everything as it is.")
            }
            let edits = try SampleLibrary.edit(world.library, round: 1)
            func count(_ names: KeyPath<SampleLibrary.Edit, [String]>) -> Int {
                edits.reduce(0) { $0 + $1[keyPath: names].count }
            }
            for place in [folder, world.place()] as [any MirrorPlace] {
                let before = try everything(world.root)
                let writes = store.count(of: .putObject) + store.count(of: .copyObject)
                let pulls = world.pulls
                let (outcome, lines) = try await dryRun(world, into: place)
                let totals = outcome.totals
                #expect(outcome.failure == nil, "\(place.name): \(String(describing: outcome.failure))")
                #expect(try everything(world.root) == before)
                #expect(store.count(of: .putObject) + store.count(of: .copyObject) == writes && world.pulls == pulls)

                let summary = try await mirror(world, into: place)
                #expect(totals.fetch.files == summary.filesCount && totals.replace == count(\.changed))
                #expect(String(totals.fetch.bytes) == summary.metadata["bytes"])
                #expect(totals.copy.files == edits.reduce(0) { $0 + $1.renamed.count })
                #expect(String(totals.delete.files) == summary.metadata["deleted"])
                #expect(lines.count == totals.fetch.files + totals.copy.files + totals.delete.files)
            }
        }
    }

    @Test("says that the brake would hold, and what --allow-deletions would do")
    func brake() async throws {
        try await BucketWorld.with { world, _ in
            let folder = LocalFolder(world.root + "/mirror")
            _ = try await mirror(world, into: folder)
            let archive = try world.library.vault(named: SampleLibrary.archiveName)
            let gone = archive.account().files.map(\.path)
            for path in gone { try archive.delete(path) }
            let held = try await dryRun(world, into: folder).outcome
            #expect(held.totals.withheld == gone.count && held.totals.delete.files == 0)
            #expect(held.lines(folder).contains { $0.contains("hold back \(gone.count) deletions") })
            let followed = try await dryRun(world, into: folder, ["--allow-deletions"]).outcome
            #expect(followed.totals.delete.files == gone.count && followed.totals.withheld == 0)
            // Nobody has followed them.
            #expect(try await dryRun(world, into: folder).outcome.totals.withheld == gone.count)
        }
    }

    @Test("recognises what is there without records, and refuses what a run refuses")
    func adopting() async throws {
        try await BucketWorld.with { world, _ in
            let folder = LocalFolder(world.root + "/mirror")
            _ = try await mirror(world, into: folder)
            try FileManager.default.removeItem(atPath: folder.data)
            let error = await #expect(throws: SyncError.self) { try await dryRun(world, into: folder) }
            #expect(error?.message.contains("--adopt") == true)
            let adopted = try await dryRun(world, into: folder, adopts: true).outcome
            #expect(adopted.totals.alreadyThere.files == world.expected().count && adopted.totals.fetch.files == 0)
            #expect(!FileManager.default.fileExists(atPath: folder.data))
        }
    }
}
