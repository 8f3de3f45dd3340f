import ArgumentParser
import Foundation
import LocalAdapters
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// One folder that is mirrored into again and again, with edits in between: nothing may grow but what has to.
@Suite("a folder that has aged", .tags(.integration))
struct AgeTests {
    /// What a folder and the process hold after a run.
    private struct Age {
        /// Files below `.obsync` that are neither history nor databases.
        var workingFiles: [String]
        /// Bytes of the databases.
        var databases: Int
        /// The process's memory, KiB, and what it has open.
        var memory = ReliabilityRow.status("VmRSS")
        var descriptors = ReliabilityRow.openDescriptors
    }

    private static let notes = 40

    @Test("holds after many runs what it held after a few: no working files, no descriptors, no memory")
    func age() async throws {
        let isAlone = ReliabilityRow.folder != nil
        let runs = isAlone ? 300 : 12
        var row = ReliabilityRow("runs with edits into one folder")
        try await BucketWorld.withRoot { root in
            let library = try SampleLibrary.make()
            let folder = LocalFolder(root + "/mirror")
            try folder.prepare(with: DemoSource.sampleSecret)
            var ages: [Age] = []
            try await withObsidianSimulator(library: library, logger: quietLogger) { server in
                for number in 1...runs {
                    try edit(library, number)
                    #expect(try await folder.mirror(from: server, isComplete: number.isMultiple(of: 25)).success)
                    ages.append(try age(of: folder))
                    row.runs += 1
                    row.look()
                }
            }
            row.survived = row.runs
            try expectFlat(ages, isAlone: isAlone)
        }
        try row.keep()
    }

    private func edit(_ library: SimulatedLibrary, _ number: Int) throws {
        guard let vault = library.vaults.first else { return }
        for step in 0..<3 {
            vault.write("aging/\((number * 3 + step) % Self.notes).md", .text("run \(number), step \(step)\n"))
        }
        if number > Self.notes { try vault.delete("aging/\(number * 3 % Self.notes).md") }
    }

    private func age(of folder: LocalFolder) throws -> Age {
        var age = Age(workingFiles: [], databases: 0)
        for case let path as String in FileManager.default.enumerator(atPath: folder.data) ?? .init() {
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder.data)/\(path)")
            guard attributes?[.type] as? FileAttributeType == .typeRegular, !path.hasPrefix("history/") else {
                continue
            }
            if path.contains(".sqlite") {
                age.databases += (attributes?[.size] as? Int) ?? 0
            } else {
                age.workingFiles.append(path)
            }
        }
        return age
    }

    private func expectFlat(_ ages: [Age], isAlone: Bool) throws {
        let early = try #require(ages.dropFirst(ages.count / 3).first)
        let late = try #require(ages.last)
        print(
            "age: run \(ages.count / 3 + 1): \(early.workingFiles.count) working files, \(early.databases) bytes of databases, "
                + "\(early.memory) KiB, \(early.descriptors) descriptors; run \(ages.count): \(late.workingFiles.count), "
                + "\(late.databases), \(late.memory), \(late.descriptors)"
        )
        #expect(late.workingFiles.count <= early.workingFiles.count + 2, "\(late.workingFiles)")
        // Other tests of the same process have their own.
        guard isAlone else { return }
        #expect(late.descriptors <= early.descriptors + 4)
        #expect(late.memory <= early.memory + 32 * 1024)
    }
}
