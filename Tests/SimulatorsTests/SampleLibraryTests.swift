import Crypto
import FoundationEssentials
import Testing

@testable import Simulators

@Suite("The sample library", .timeLimit(.minutes(10)))
struct SampleLibraryTests {
    /// Everything that makes up the history, bodies included, in one hash.
    private static func digest(_ library: SimulatedLibrary) throws -> String {
        var hash = SHA256()
        for vault in library.vaults {
            for record in vault.history {
                let line = """
                    \(record.uid) \(record.path) \(record.previousPath ?? "-") \(record.sha256) \(record.ctime) \
                    \(record.mtime) \(record.isFolder) \(record.isDeleted) \(record.device)\n
                    """
                hash.update(data: Array(line.utf8))
            }
        }
        return Hex.encode(hash.finalize())
    }

    private static func paths(_ vault: SimulatedVault) -> Set<[UInt8]> {
        Set(vault.account().files.map { Array($0.path.utf8) })
    }

    @Test("it has the two vaults, their sizes and the cases it promises")
    func contents() throws {
        let library = try SampleLibrary.make()
        let notes = try library.vault(named: SampleLibrary.fieldNotesName)
        let archive = try library.vault(named: SampleLibrary.archiveName)
        let files = notes.account().files
        #expect(files.count >= 300)
        #expect((36...46).contains(archive.account().files.count))
        #expect(notes.configuration.encryptionVersion == 3 && !notes.configuration.isManaged)
        #expect(archive.configuration.encryptionVersion == 0 && archive.configuration.isManaged)

        let paths = Self.paths(notes)
        #expect(paths.count == files.count)
        for name in SampleLibrary.hardNames + SampleLibrary.wrappingNames + ["Places/Ferry times.md"] {
            #expect(paths.contains(Array(name.utf8)))
        }
        #expect(!paths.contains(Array("Inbox/Old shopping list.md".utf8)))
        #expect(files.contains { $0.path == "Inbox/Untitled.md" && $0.size == 0 })
        #expect(files.contains { $0.size == 5 * 1_048_576 })
        #expect(notes.history.contains { $0.isDeleted && $0.path == "Inbox/Old shopping list.md" })
        #expect(notes.history.contains { $0.previousPath == "Inbox/Ferry times.md" })
        #expect(notes.snapshot().contains { $0.isFolder && $0.path == "Inbox/Someday" })
        #expect(notes.snapshot().count { $0.path == "Projects/Harbour survey/Budget.md" } == 1)
        #expect(notes.history.count { $0.path == "Projects/Harbour survey/Budget.md" } == 4)
    }

    @Test("one of its names is written with the wrapping counter, one with the other")
    func counterForms() throws {
        let notes = try SampleLibrary.make().vault(named: SampleLibrary.fieldNotesName)
        for (number, name) in SampleLibrary.wrappingNames.enumerated() {
            let record = try #require(notes.snapshot().first { $0.path == name })
            let vendor = try notes.cipher.field(name, counter: .sixteenBit)
            let standard = try notes.cipher.field(name, counter: .fullBlock)
            #expect(vendor != standard)
            #expect(try notes.wire(record).path == (number == 0 ? vendor : standard))
        }
    }

    @Test("notes are varied")
    func variety() throws {
        let files = try SampleLibrary.make().accounts().flatMap(\.files)
        let contents = Set(files.filter { $0.path.hasSuffix(".md") && $0.size > 0 }.map(\.sha256))
        #expect(contents.count == files.count { $0.path.hasSuffix(".md") && $0.size > 0 })
    }

    @Test("the same seed and rounds give the same history, in this and in every other process")
    func determinism() throws {
        let first = try SampleLibrary.make()
        #expect(try Self.digest(first) == "de224c8e46dcc38f03995185e2333b1da6273854143eead950e228c32a8d6bb1")
        for round in 1...3 { try SampleLibrary.edit(first, round: round) }
        #expect(try Self.digest(first) == "4e25e1b8e59a57a78f762efb4f261012e53d313e9ed7ca1e040f4e27b41898ab")

        let second = try SampleLibrary.make(seed: 1)
        for round in 1...3 { try SampleLibrary.edit(second, round: round) }
        let record = try #require(first.vaults[0].history.last)
        let twin = try #require(second.vaults[0].history.last)
        #expect(try first.vaults[0].body(of: record) == second.vaults[0].body(of: twin))
        #expect(try Self.digest(first) == Self.digest(second))
        #expect(try Self.digest(SampleLibrary.make(seed: 2)) != Self.digest(SampleLibrary.make(seed: 1)))
    }

    @Test("a round of edits changes three notes, adds two, deletes one and renames one in each vault")
    func edits() throws {
        let library = try SampleLibrary.make()
        let before = library.accounts()
        for round in 1...2 { try SampleLibrary.edit(library, round: round) }
        let versions = library.vaults.map(\.version)
        let edits = try SampleLibrary.edit(library, round: 3)
        for (index, edit) in edits.enumerated() {
            #expect(edit.changed.count == 3)
            #expect(edit.added.count == 2)
            #expect(edit.deleted.count == 1)
            #expect(edit.renamed.count == 1)
            // A rename makes two records.
            #expect(library.vaults[index].version - versions[index] == 8)
            #expect(library.vaults[index].account().files.count == before[index].files.count + 3)
        }
    }

    @Test("its small pictures are bitmaps of the size they state")
    func pictures() throws {
        let notes = try SampleLibrary.make().vault(named: SampleLibrary.fieldNotesName)
        let record = try #require(notes.snapshot().first { $0.path == "Attachments/Sketch 1.bmp" })
        let image = try #require(record.content).bytes()
        #expect(image.starts(with: Array("BM".utf8)))
        #expect(Int(image[2]) | Int(image[3]) << 8 | Int(image[4]) << 16 == image.count)
    }
}
