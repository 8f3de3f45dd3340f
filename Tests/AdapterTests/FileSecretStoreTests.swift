import CredentialFiles
import Foundation
import LocalAdapters
import SyncCore
import Testing

@Suite("The credentials file")
struct FileSecretStoreTests {
    @Test("a file that others can read is refused", arguments: [0o644, 0o640, 0o604, 0o620])
    func permissions(mode: Int) async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/credentials.json"
            try writeSecret(Array("{}".utf8), to: path, mode: mode)
            let store = FileSecretStore(path: path, environment: [:])
            let error = await #expect(throws: SyncError.self) { try await store.current() }
            #expect(error?.name == .invalidConfiguration)
            #expect(error?.message.contains("chmod 600") == true)
        }
    }

    @Test("a file that is no JSON object is refused without its content")
    func notJSON() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/credentials.json"
            try writeSecret(Array("[\"s3cret\"]".utf8), to: path)
            let store = FileSecretStore(path: path, environment: [:])
            let error = await #expect(throws: SyncError.self) { try await store.current() }
            #expect(error?.name == .invalidConfiguration)
            #expect(error?.description.contains("s3cret") == false)
        }
    }

    @Test("what the environment stands in for is used and never written")
    func standIns() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/credentials.json"
            try writeSecret(Array(#"{"provider":"obsidian","auth":{"email":"of the file"}}"#.utf8), to: path)
            let environment = ["OBSIDIAN_EMAIL": "of the environment", "OBSIDIAN_PASSWORD": "s3cret"]
            let store = FileSecretStore(path: path, environment: environment)
            let stored = try await store.current()
            #expect(try stored.secret.text("auth", "email") == "of the environment")
            #expect(try stored.secret.text("auth", "password") == "s3cret")
            let changed = stored.secret.setting(.string("t"), at: "token", "value")
            let staged = try await store.stage(changed, after: stored.version)
            #expect(try staged.secret.text("auth", "password") == "s3cret")
            #expect(try await store.makeCurrent(staged, insteadOf: stored.version))
            #expect(try await store.current().secret.text("auth", "password") == "s3cret")
            let written = try #require(FileManager.default.contents(atPath: path))
            let text = String(decoding: written, as: UTF8.self)
            #expect(text.contains("of the file"))
            #expect(text.contains(#""token":{"value":"t"}"#))
            #expect(!text.contains("environment"))
            #expect(!text.contains("s3cret"))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test("every file that holds a secret is its owner's alone, and none is left behind")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/credentials.json"
            try writeSecret(Array(#"{"provider":"obsidian"}"#.utf8), to: path)
            let store = FileSecretStore(path: path, environment: [:])
            let old = try await store.current()
            _ = try await store.stage(old.secret.setting(.integer(1), at: "n"), after: "some other version")
            let staged = try await store.stage(old.secret.setting(.integer(2), at: "n"), after: old.version)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(names.count { $0.contains(".pending-") } == 2)
            for name in names {
                let mode = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.posixPermissions]
                #expect(mode as? Int == 0o600, "\(name)")
            }
            #expect(try await store.makeCurrent(staged, insteadOf: old.version))
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(Set(left) == ["credentials.json", "credentials.json.lock"])
        }
    }

    @Test("a file that somebody keeps a link to is replaced, and the link stays one")
    func link() async throws {
        try await withTemporaryFolder { folder in
            let (path, link) = (folder + "/real.json", folder + "/link.json")
            try writeSecret(Array(#"{"provider":"obsidian"}"#.utf8), to: path)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
            let store = FileSecretStore(path: link, environment: [:])
            let old = try await store.current()
            let staged = try await store.stage(old.secret.setting(.integer(2), at: "n"), after: old.version)
            #expect(try await store.makeCurrent(staged, insteadOf: old.version))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
            let written = try #require(FileManager.default.contents(atPath: path))
            #expect(String(decoding: written, as: UTF8.self) == #"{"n":2,"provider":"obsidian"}"#)
        }
    }

    @Test("what is no file is refused in one sentence")
    func folderForFile() async throws {
        try await withTemporaryFolder { folder in
            let store = FileSecretStore(path: folder, environment: [:])
            let error = await #expect(throws: SyncError.self) { try await store.current() }
            #expect(error?.name == .invalidConfiguration)
        }
    }
}
