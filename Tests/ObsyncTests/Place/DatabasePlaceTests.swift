import ArgumentParser
import Foundation
import LocalAdapters
import SyncCore
import Testing

@testable import obsync

@Suite("Where the databases of a mirror lie")
struct DatabasePlaceTests {
    private let local = MountTable("1 0 8:1 / / rw - ext4 /dev/sda1 rw")
    private let network = MountTable("1 0 8:1 / / rw - nfs4 nas:/ rw")

    private func withFolders(_ body: (_ mirror: String, _ other: String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: path) }
        let base = path.path(percentEncoded: false)
        try body(base + "/mirror", base + "/state")
    }

    @Test("in the mirror's own folder, where that is on a disk of this machine")
    func own() throws {
        try withFolders { mirror, _ in
            let folder = LocalFolder(mirror)
            let notes = try folder.prepare(environment: [:], mounts: local)
            #expect(notes.isEmpty)
            #expect(folder.records == mirror + "/.obsync/records.sqlite")
        }
    }

    @Test("in the folder for state, with a note, where the mirror is on a network; later commands find it")
    func overNetwork() throws {
        try withFolders { mirror, other in
            let folder = LocalFolder(mirror)
            let notes = try folder.prepare(environment: ["XDG_STATE_HOME": other], mounts: network)
            #expect(notes.count == 1 && notes[0].contains("nfs4"))
            #expect(folder.records.hasPrefix(other + "/obsync/mirror-"))
            #expect(LocalFolder(mirror).executions.hasPrefix(other + "/obsync/mirror-"))
            #expect(try LocalFolder(mirror).prepare(environment: [:], mounts: network).isEmpty)
            try FileManager.default.removeItem(atPath: other)
            #expect(throws: SyncError.self) { try LocalFolder(mirror).prepare(environment: [:], mounts: network) }
        }
    }

    @Test("databases that are on a network already stay there, and it is said every time")
    func already() throws {
        try withFolders { mirror, other in
            try LocalFolder(mirror).prepare(environment: [:], mounts: local)
            _ = try SQLiteRecordStore(path: LocalFolder(mirror).records)
            for _ in 1...2 {
                let notes = try LocalFolder(mirror).prepare(environment: ["XDG_STATE_HOME": other], mounts: network)
                #expect(notes.count == 1 && notes[0].contains("--state"))
            }
            #expect(LocalFolder(mirror).records == mirror + "/.obsync/records.sqlite")
            let error = #expect(throws: SyncError.self) {
                try LocalFolder(mirror, state: other).prepare(environment: [:], mounts: network)
            }
            #expect(error?.name == .invalidInput)
            #expect(error?.message.contains(other) == true)
        }
    }

    @Test("where --state says, from then on")
    func asked() throws {
        try withFolders { mirror, other in
            let notes = try LocalFolder(mirror, state: other).prepare(environment: [:], mounts: network)
            #expect(notes.isEmpty)
            #expect(LocalFolder(mirror).records == other + "/records.sqlite")
        }
    }
}
