import Pipeline
import StateMachine
import SyncCore
import Synchronization
import Testing

@testable import obsync

/// The pipeline's own definition under the local engine, with functions that answer from a script.
@Suite("local engine")
struct LocalEngineTests {
    private final class Script: Sendable {
        private let answers: Mutex<[PipelineFunction: [String]]>
        private let calls = Mutex<[String]>([])

        init(_ answers: [PipelineFunction: [String]]) {
            self.answers = Mutex(answers)
        }

        var called: [String] { calls.withLock { $0 } }

        @Sendable
        func invoke(_ function: PipelineFunction, _ event: [UInt8]) async throws -> [UInt8] {
            calls.withLock { $0.append(function.rawValue) }
            let answer = answers.withLock { answers -> String? in
                guard answers[function]?.isEmpty == false else { return nil }
                return answers[function]?.removeFirst()
            }
            guard let answer else { throw SyncError(.invalidInput, "the script has no more answers") }
            if answer.hasPrefix("!") { throw SyncError(.init(rawValue: String(answer.dropFirst())), "as scripted") }
            return Array(answer.utf8)
        }
    }

    private static let authenticated = """
        {"run":"r","provider":"obsidian","vaults":1,"expires_at":null,"secret_version":"1","request":{"action":"sync"},
         "cursor":null,"reauthentications":0}
        """

    private static func page(_ next: String, batches: Int = 0) -> String {
        let references = (0..<batches).map { #"{"vault_id":"v","number":\#($0 + 1),"key":"k","files":1}"# }
        let summary = """
            {"success":true,"message":"Synced 1 vault with 1 file","vaults_synced":["v"],"files_count":1,"errors":[],
             "metadata":{}}
            """
        return """
            {"run":"r","request":{"action":"sync"},"cursor":"c","next":"\(next)","max_concurrent":2,
             "batches":[\(references.joined(separator: ","))],"successor":"r-1","reauthentications":0,"summary":\(summary)}
            """
    }

    private static func downloaded(_ status: String) -> String {
        #"{"status":"\#(status)","files":1,"bytes":1,"failed":0,"skipped":0}"#
    }

    private func run(_ script: Script) async throws -> Summary {
        let engine = LocalEngine(
            definition: try LocalEngine.pipelineDefinition(),
            invoke: script.invoke,
            observe: { _ in }
        )
        return try await engine.run(SyncRequest(), name: "test")
    }

    @Test("sign in, list, download, list again, done")
    func straight() async throws {
        let script = Script([
            .authenticator: [Self.authenticated],
            .lister: [Self.page("work", batches: 2), Self.page("done")],
            .downloader: [Self.downloaded("complete"), Self.downloaded("complete")],
        ])
        let summary = try await run(script)
        #expect(summary.message == "Synced 1 vault with 1 file")
        #expect(script.called == ["authenticator", "lister", "downloader", "downloader", "lister"])
    }

    @Test("a partial batch is handed in again")
    func partial() async throws {
        let script = Script([
            .authenticator: [Self.authenticated],
            .lister: [Self.page("work", batches: 1), Self.page("done")],
            .downloader: [Self.downloaded("partial"), Self.downloaded("complete")],
        ])
        _ = try await run(script)
        #expect(script.called.count { $0 == "downloader" } == 2)
    }

    @Test("a batch that fails for good stops no other, and the lister is asked again")
    func isolated() async throws {
        let script = Script([
            .authenticator: [Self.authenticated],
            .lister: [Self.page("work", batches: 2), Self.page("done")],
            .downloader: ["!CorruptContent", Self.downloaded("complete")],
        ])
        let summary = try await run(script)
        #expect(summary.success)
    }

    @Test("a token that expires in the lister leads back to the authenticator")
    func expired() async throws {
        let script = Script([
            .authenticator: [Self.authenticated, Self.authenticated],
            .lister: ["!TokenExpired", Self.page("done")],
        ])
        _ = try await run(script)
        #expect(script.called == ["authenticator", "lister", "authenticator", "lister"])
    }

    @Test("a long history is continued by a successor, whose summary is the run's")
    func continued() async throws {
        let script = Script([
            .authenticator: [Self.authenticated, Self.authenticated],
            .lister: [Self.page("continue"), Self.page("done")],
        ])
        let summary = try await run(script)
        #expect(summary.filesCount == 1)
        #expect(script.called == ["authenticator", "lister", "authenticator", "lister"])
    }

    @Test(
        "a failed execution is the error of the state that failed",
        arguments: ["PartialFailure", "VaultPasswordWrong"]
    )
    func failed(_ name: String) async throws {
        let script = Script([.authenticator: [Self.authenticated], .lister: ["!\(name)"]])
        let error = await #expect(throws: SyncError.self) { try await run(script) }
        #expect(error?.name.rawValue == name)
        #expect(error?.message == "as scripted")
    }

    @Test("a run that finds another one at work ends well")
    func busy() async throws {
        let script = Script([.authenticator: [Self.authenticated], .lister: [Self.page("busy")]])
        #expect(try await run(script).success)
    }
}
