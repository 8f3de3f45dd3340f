import Authenticating
import Downloading
import Foundation
import Listing
import SyncCore
import Testing

/// The examples that people copy: every one of them has to be an event of its function.
@Suite("example events")
struct EventTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "events")

    private static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []).sorted()

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.folder.appending(path: name)))
    }

    @Test("there is one for every form of an execution's input and for every function")
    func areComplete() {
        #expect(
            Self.names == [
                "authenticator-continued.json", "authenticator-empty.json", "authenticator-schedule.json",
                "authenticator-status.json", "authenticator-sync-multiple.json", "authenticator-sync-vault.json",
                "authenticator-sync.json", "authenticator-token-expired.json", "authenticator.json", "downloader.json",
                "execution-empty.json", "execution-schedule.json",
                "execution-status.json", "execution-sync-multiple.json", "execution-sync-vault.json",
                "execution-sync.json", "lister.json",
            ]
        )
    }

    @Test("each is an event of its function", arguments: names)
    func decodes(_ name: String) throws {
        let bytes = try bytes(name)
        switch name.split(separator: ".").first?.split(separator: "-").first {
        case "execution"?, "authenticator"?:
            _ = try FunctionJSON.decode(AuthenticateInput.self, from: bytes)
        case "lister"?:
            _ = try FunctionJSON.decode(ListInput.self, from: bytes)
        case "downloader"?:
            _ = try FunctionJSON.decode(DownloadInput.self, from: bytes)
        default:
            Issue.record("\(name) belongs to no function")
        }
    }

    @Test("each form of input asks for what it says")
    func normalise() throws {
        func request(_ name: String) throws -> SyncRequest {
            try FunctionJSON.decode(AuthenticateInput.self, from: bytes("execution-\(name).json")).request
        }
        #expect(try request("empty") == SyncRequest())
        #expect(try request("schedule") == SyncRequest())
        #expect(try request("sync").syncType == .complete)
        #expect(try request("sync").destinationPrefix == "vaults/")
        #expect(try request("sync").options.timeoutMinutes == 10)
        #expect(try request("sync-vault").vaultIDs.count == 1)
        #expect(try request("sync-multiple").vaultIDs.count == 2)
        #expect(try request("sync-multiple").options.maxConcurrent == 2)
        #expect(try request("status").action == .status)
    }

    @Test(
        "an execution's input means the same inside the envelope of its state machine",
        arguments: ["empty", "schedule", "status", "sync", "sync-multiple", "sync-vault"]
    )
    func envelopes(form: String) throws {
        let bare = try FunctionJSON.decode(AuthenticateInput.self, from: bytes("execution-\(form).json"))
        let inside = try FunctionJSON.decode(AuthenticateInput.self, from: bytes("authenticator-\(form).json"))
        #expect(inside.request == bare.request)
        #expect(inside.execution == "\(form)-2026-11-21")
        #expect(inside.refusal == nil)
    }

    @Test("a run that comes back brings its id, and the version of the token that was refused")
    func comesBack() throws {
        let input = try FunctionJSON.decode(AuthenticateInput.self, from: bytes("authenticator-token-expired.json"))
        #expect(input.run?.rawValue == "nightly-2026-11-21")
        #expect(input.refusal?.secretVersion == "3f4b7a0e-5b5e-4f5b-9d5c-0c1b5d2f8a11")
        let continued = try FunctionJSON.decode(AuthenticateInput.self, from: bytes("authenticator-continued.json"))
        #expect(continued.run == input.run)
        #expect(continued.execution == "nightly-2026-11-21-c1")
        #expect(continued.refusal == nil)
    }
}
