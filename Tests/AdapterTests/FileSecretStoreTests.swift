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
            let replaced = try await store.replace(changed, expecting: stored.version)
            #expect(try replaced.secret.text("auth", "password") == "s3cret")
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
}
