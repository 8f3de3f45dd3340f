import Downloading
import Logging
import TestSupport
import TestWorld
import Testing

@testable import Pipeline
@testable import SyncCore

@Suite("log lines of a run")
struct LogLinesTests {
    private static let marker = "hushed"

    /// A world in which everything that can go wrong with files does; each name and each secret bears the marker.
    private func troubledWorld() throws -> World {
        var world = World.withNotes()
        world.downloading.sessionAttempts = 3
        let names = ["good", "bad", "breaks", "gone", "stored-badly"]
        for name in names { world.write("\(name) text", to: "\(Self.marker)/\(name).md") }
        world.write("x", to: "\(Self.marker)/../outside.md")
        world.library.addVault(Vault(id: .work, name: Self.marker, epoch: "epoch-1"))
        world.library.change(.work) { $0.refusal = SyncError(.vaultPasswordWrong, "the vault's password does not fit") }
        world.library.setFaults { faults in
            faults.corruptions = [VaultPath("\(Self.marker)/bad.md"): Array("other".utf8)]
            faults.breaks = [VaultPath("\(Self.marker)/breaks.md"): 1]
        }
        world.library.loseContent(of: VaultPath("\(Self.marker)/gone.md"), in: .notes)
        return world
    }

    private func shownLines(_ observed: ObservedPipeline) -> [RecordingLog.Line] {
        observed.log.lines.filter { $0.level >= .info }
    }

    @Test("each line names its execution, its run where there is one, and below that vault and batch")
    func correlated() async throws {
        let observed = ObservedPipeline(try troubledWorld())
        await #expect(throws: SyncError.self) { try await observed.run(execution: "nightly") }
        let lines = shownLines(observed)
        #expect(lines.count >= 8)
        for line in lines {
            #expect(line.metadata[LogKey.execution] == "nightly", "\(line.message)")
            if line.message != "token refused, signing in" {
                #expect(line.metadata[LogKey.run] == "nightly", "\(line.message)")
            }
        }
        let messages = Set(lines.map(\.message))
        #expect(messages.isSuperset(of: ["session broke", "file not stored", "batch worked off", "vault passed over"]))
        for line in lines where ["session broke", "file not stored", "batch worked off"].contains(line.message) {
            #expect(line.metadata[LogKey.vault] == "notes-id", "\(line.message)")
            #expect(line.metadata[LogKey.batch].flatMap(Int.init) != nil, "\(line.message)")
        }
        #expect(lines.first { $0.message == "vault passed over" }?.metadata[LogKey.vault] == "work-id")
    }

    @Test("no line from info on holds a file's or a vault's name, a password, a token or a file's content")
    func discreet() async throws {
        let world = try troubledWorld()
        let secret = Secret([
            "provider": .string("fake"),
            "auth": .object(["password": .string("\(Self.marker)-password")]),
            "token": .object(["value": .string("\(Self.marker)-token")]),
        ])
        world.secrets.edit { _ in secret }
        let observed = ObservedPipeline(world)
        await #expect(throws: SyncError.self) { try await observed.run() }
        for line in shownLines(observed) {
            let texts = [line.message] + line.metadata.flatMap { [$0.key, $0.value] }
            for text in texts {
                for hidden in [Self.marker, ".md", "Notes", "token-1", " text"] {
                    #expect(!text.contains(hidden), "\(line.message)")
                }
            }
        }
    }

    @Test("keys are of the agreed ones, and messages are constant")
    func agreedKeys() async throws {
        let agreed: Set<String> = [
            LogKey.execution, LogKey.run, LogKey.vault, LogKey.batch, LogKey.batches, LogKey.next, LogKey.itemVersion,
            LogKey.errorType, LogKey.attempt, LogKey.status, LogKey.files, LogKey.bytes, LogKey.failed, LogKey.skipped,
            LogKey.secretVersion, LogKey.cause,
        ]
        let observed = ObservedPipeline(try troubledWorld())
        await #expect(throws: SyncError.self) { try await observed.run() }
        for line in shownLines(observed) {
            #expect(Set(line.metadata.keys).isSubset(of: agreed), "\(line.message)")
            #expect(!line.message.contains { $0.isNumber || $0.isUppercase })
        }
    }

    @Test(
        "an event tells where it belongs, whatever else is wrong with it",
        arguments: [
            (
                #"{"execution": "e", "input": {"run": "r", "vault_password": "p"}}"#,
                ["execution.id": "e", "run.id": "r"]
            ),
            (
                #"{"run": "r", "batch": {"vault_id": "v", "number": 7}}"#,
                ["run.id": "r", "vault.id": "v", "batch": "7"]
            ),
            (#"{"run": "../x", "execution": 5, "batch": "b"}"#, [:]),
            ("[]", [:]), ("no JSON", [:]), ("", [:]),
        ] as [(String, [String: String])]
    )
    func correlation(_ event: String, _ expected: [String: String]) {
        let metadata = Correlation(event: Array(event.utf8)).logMetadata
        #expect(metadata.mapValues { "\($0)" } == expected)
    }

    @Test("the name of an execution is cut where names end")
    func longExecution() {
        let event = #"{"execution": ""# + String(repeating: "x", count: 200) + #""}"#
        #expect("\(Correlation(event: Array(event.utf8)).logMetadata[LogKey.execution] ?? "")".count == 80)
    }
}
