import Synchronization
import Testing

@testable import Simulators

@Suite("A simulated vault keeps its history")
struct SimulatedVaultTests {
    let vault: SimulatedVault

    init() throws { vault = try SimulatedVault(TestVault.configuration()) }

    @Test("every change gets the next uid, and old versions keep their content")
    func versions() {
        #expect(vault.write("a.md", .text("one")) == 1)
        #expect(vault.write("b.md", .text("b")) == 2)
        #expect(vault.write("a.md", .text("two")) == 3)
        #expect(vault.version == 3)
        #expect(vault.record(uid: 1)?.content?.bytes() == Array("one".utf8))
        #expect(vault.record(uid: 4) == nil)
        #expect(vault.snapshot().map(\.uid) == [2, 3])
        #expect(vault.records(after: 1).map(\.uid) == [2, 3])
        #expect(vault.record(uid: 3)?.ctime == vault.record(uid: 1)?.ctime)
    }

    @Test("the account holds live files only, in the order of their bytes")
    func account() throws {
        vault.makeFolder("z")
        vault.write("z/b.md", .text("b"))
        vault.write("B.md", .text("large"))
        vault.write("a.md", .text("small"))
        vault.write("gone.md", .text("x"))
        try vault.delete("gone.md")
        let account = vault.account()
        #expect(account.files.map(\.path) == ["B.md", "a.md", "z/b.md"])
        #expect(account.files.last?.sha256 == "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d")
    }

    @Test("a rename is a record that names the old path, and a deletion of it")
    func rename() throws {
        vault.write("old.md", .text("x"), by: .init(time: 1_000))
        let uid = try vault.rename("old.md", to: "new.md")
        let records = vault.records(after: 1)
        #expect(uid == 2)
        #expect(records.map(\.path) == ["new.md", "old.md"])
        #expect(records.map(\.isDeleted) == [false, true])
        #expect(records[0].previousPath == "old.md")
        #expect(records[0].mtime == 1_000)
        #expect(vault.account().files.map(\.path) == ["new.md"])
    }

    @Test("a deleted folder takes what is below it along, deepest first")
    func deleteFolder() throws {
        vault.makeFolder("a")
        vault.makeFolder("a/b")
        vault.write("a/b/deep.md", .text("x"))
        vault.write("a/top.md", .text("x"))
        vault.write("ab.md", .text("x"))
        try vault.deleteFolder("a")
        #expect(vault.records(after: 5).map(\.path) == ["a/b/deep.md", "a/b", "a/top.md", "a"])
        #expect(vault.snapshot().map(\.path) == ["ab.md"])
    }

    @Test("a folder can be deleted while files below it live on")
    func deleteFolderOnly() throws {
        vault.makeFolder("a")
        vault.write("a/top.md", .text("x"))
        try vault.deleteFolder("a", keepingContents: true)
        #expect(vault.snapshot().map(\.path) == ["a/top.md"])
    }

    @Test("names that differ only in their Unicode form are two files")
    func unicodeForms() throws {
        vault.write("caf\u{E9}.md", .text("composed"))
        vault.write("cafe\u{301}.md", .text("decomposed"))
        #expect(vault.account().files.count == 2)
        try vault.delete("caf\u{E9}.md")
        #expect(vault.account().files.map { Array($0.path.utf8) } == [Array("cafe\u{301}.md".utf8)])
    }

    @Test("what is not there cannot be deleted or renamed")
    func missing() throws {
        vault.makeFolder("folder")
        #expect(throws: SimulatorError.self) { try vault.delete("none.md") }
        #expect(throws: SimulatorError.self) { try vault.delete("folder") }
        #expect(throws: SimulatorError.self) { try vault.rename("folder", to: "other") }
        #expect(throws: SimulatorError.self) { try vault.deleteFolder("none") }
        #expect(vault.version == 1)
    }

    @Test("watchers hear of each change until they are removed")
    func watchers() {
        let heard = Mutex(0)
        let id = vault.addWatcher { heard.withLock { $0 += 1 } }
        vault.write("a.md", .text("x"))
        vault.makeFolder("b")
        vault.removeWatcher(id)
        vault.write("a.md", .text("y"))
        #expect(heard.withLock { $0 } == 2)
    }

    @Test("the wire form has the encrypted size, and no hash for folders and deletions")
    func wire() throws {
        vault.write("a.md", .text("abc"))
        vault.write("empty.md", .bytes([]))
        vault.makeFolder("f")
        try vault.delete("a.md")
        let wire = try vault.history.map { try vault.wire($0) }
        #expect(wire.map(\.size) == [31, 0, 0, 0])
        #expect(wire.map { $0.hash.isEmpty } == [false, false, true, true])
        #expect(wire.map(\.folder) == [false, false, true, false])
        #expect(wire.map(\.deleted) == [false, false, false, true])
        #expect(wire[0].path == wire[3].path)
    }

    @Test("a body is the same each time it is made, and differs by version")
    func bodies() throws {
        vault.write("a.md", .text("abc"))
        vault.write("a.md", .text("abc"))
        let first = try #require(vault.record(uid: 1))
        let second = try #require(vault.record(uid: 2))
        #expect(try vault.body(of: first) == vault.body(of: first))
        #expect(try vault.body(of: first) != vault.body(of: second))
    }
}
