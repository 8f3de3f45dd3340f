import Foundation
import SyncCore
import TestSupport
import Testing

@Suite("Epochs of vaults")
struct VaultEpochTests {
    @Test("a mirrored library's epoch is its own, a mark, and the place")
    func text() {
        let epoch = VaultEpoch(library: "0123456789abcdef")
        #expect(epoch.place == nil)
        #expect(epoch.mirrored(to: "here").rawValue == "0123456789abcdef@here")
        #expect(epoch.mirrored(to: "here").place == "here")
    }

    @Test("a place may contain the mark")
    func markInPlace() {
        #expect(VaultEpoch(library: "1").mirrored(to: "a@b").place == "a@b")
    }

    @Test("its JSON is the text, as the first release writes it")
    func json() throws {
        let vault = Vault(id: .notes, name: "Notes", epoch: VaultEpoch(library: "e").mirrored(to: "here"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(vault), as: UTF8.self)
        #expect(text == #"{"epoch":"e@here","id":"notes-id","name":"Notes"}"#)
        #expect(try JSONDecoder().decode(Vault.self, from: Data(text.utf8)) == vault)
    }
}
