import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("Merging sorted entries")
struct MergedEntriesTests {
    private func merged(_ sources: [[Entry]]) async throws -> [Entry] {
        var merge = MergedEntries(sources.map { .memory($0.sorted(by: Entry.precedes)) })
        var found: [Entry] = []
        while let entry = try await merge.next() { found.append(entry) }
        return found
    }

    @Test("of each path the newest entry comes, in order", arguments: [1, 2, 3, 7, 32])
    func merges(count: Int) async throws {
        var random = SeededGenerator(seed: 3)
        var sources = [[Entry]](repeating: [], count: count)
        var newest: [VaultPath: Entry] = [:]
        for version in 1...400 {
            let entry = file("\(Int.random(in: 0..<90, using: &random))", version: Int64(version))
            sources[Int.random(in: 0..<count, using: &random)].append(entry)
            newest[entry.path] = entry
        }
        #expect(try await merged(sources) == newest.values.sorted { $0.path < $1.path })
    }

    @Test("nothing of nothing")
    func empty() async throws {
        #expect(try await merged([]).isEmpty)
        #expect(try await merged([[], [file("a")], []]) == [file("a")])
    }
}
