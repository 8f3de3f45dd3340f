import Foundation
import Listing
import Pipeline
import StateMachine
import SyncCore
import Synchronization
import TestSupport
import Testing

@testable import obsync

/// The pipeline's own definition over the real functions, with everything outside them in memory.
@Suite("the pipeline's state machine")
struct PipelineMachineTests {
    @Test("a vault of 30,000 files goes through more than three successors and arrives whole", .timeLimit(.minutes(10)))
    func continuation() async throws {
        var world = PipelineWorld(files: 30_000)
        world.listing.batchesPerPage = 5
        world.listing.eventLimit = 1200
        let summary = try await world.run()
        #expect(summary.filesCount == 30_000)
        #expect(world.mirror.objects.count == 30_000)
        #expect(world.isWhole())
        #expect(world.library.contentsSent == 30_000)
        let executions = world.executions.executions(status: nil, limit: 100)
        #expect(executions.count >= 4)
        #expect(executions.allSatisfy { $0.status == .succeeded })
        #expect(executions.allSatisfy { $0.lastEventID < 2000 }, "the limit is kept, with one page to spare")
        #expect(world.entered().last == "Continued")
        let successor = try #require(executions.first { $0.name == "run-1-c1" })
        #expect(successor.input["run"] == "run-1")
        #expect(successor.input["AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"]?.string?.hasSuffix(":run-1") == true)
    }

    @Test("a process that dies between the start of a successor and its answer leaves a chain that is redriven whole")
    func repeatedStart() async throws {
        var world = PipelineWorld(files: 4)
        world.listing.batchSize = 1
        world.listing.batchesPerPage = 1
        world.listing.eventLimit = 30
        // The successor is the second execution that is made; after that, nothing is written any more.
        let isDead = Mutex(false)
        let faults = Faults<FaultyExecutionStore.Operation> { operation, number in
            isDead.withLock { isDead in
                guard isDead || (operation == .create && number == 2) else { return nil }
                isDead = true
                return .init(CancellationError(), afterDoing: operation == .create)
            }
        }
        var dying = try world.engine()
        dying.executions = FaultyExecutionStore(world.executions, fail: faults)
        await #expect(throws: SyncError.self) { try await dying.run(input: [:], name: "run-1") }
        #expect(try await world.engine().interpreter.abortOrphans().sorted() == ["run-1", "run-1-c1"])
        let summary = try await world.redrive()
        #expect(summary.filesCount == 4)
        #expect(world.isWhole())
        #expect(world.library.contentsSent == 4)
        #expect(
            world.events().contains {
                $0.type == .taskFailed && $0.details.error == "StepFunctions.ExecutionAlreadyExistsException"
            }
        )
        #expect(world.executions.executions(status: .succeeded, limit: 10).count > 2)
    }

    @Test("two executions started together mirror every file once; the second ends in AlreadyRunning")
    func overlap() async throws {
        let world = PipelineWorld(files: 20)
        let isFirst = Mutex(true)
        let second = Mutex<Summary?>(nil)
        world.library.setBeforeContent { [fetched = world.fetched] entry in
            fetched.add(entry.path)
            let begins = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            // While the first execution is in its Map, the second one runs from its beginning to its end.
            guard begins else { return }
            let summary = try await world.run(name: "run-2")
            second.withLock { $0 = summary }
        }
        let first = try await world.run(name: "run-1")
        #expect(first.filesCount == 20)
        #expect(second.withLock { $0 }?.filesCount == 0)
        #expect(second.withLock { $0 }?.success == true)
        #expect(world.entered("run-2") == ["Authenticate", "List", "Route", "AlreadyRunning"])
        #expect(world.executions.execution(named: "run-2")?.status == .succeeded)
        #expect(world.library.contentsSent == 20)
        #expect(world.isWhole())
    }

    @Test("a token that dies in the middle of a Map is replaced once, and no file is fetched twice")
    func tokenDies() async throws {
        var world = PipelineWorld(files: 30)
        world.listing.batchSize = 5
        world.library.setFaults { $0.contentsUntilTokenExpires = 12 }
        let summary = try await world.run()
        #expect(summary.filesCount == 30)
        #expect(world.isWhole())
        #expect(world.library.contentsSent == 30)
        #expect(world.library.tokensIssued == 2, "one to begin with, one for the one that died")
        #expect(world.entered().count { $0 == "Authenticate" } == 2)
    }

    @Test("a token that dies again and again is replaced three times a run; then the run fails in Authenticate")
    func tokenKeepsDying() async throws {
        var world = PipelineWorld(files: 3)
        world.beforeInvocation = { [library = world.library] function in
            if function == .lister { library.expireTokens() }
        }
        let error = await #expect(throws: SyncError.self) { try await world.run() }
        #expect(error?.name == .authenticationFailed)
        #expect(world.entered().count { $0 == "Authenticate" } == 5)
        #expect(world.entered().last == "Authenticate")
        #expect(world.library.tokensIssued == 4)
        world.beforeInvocation = { _ in }
        #expect(try await world.redrive().filesCount == 3)
    }

    @Test("every payload of a page of 40 batches stays under 64 KiB")
    func payloads() async throws {
        let vault = try #require(VaultID(String(repeating: "v", count: 64)))
        var world = PipelineWorld(files: 80, vault: vault)
        world.listing.batchSize = 1
        let name = String(repeating: "n", count: 60)
        let summary = try await world.run(
            [
                "action": "sync", "vault_id": .string(vault.rawValue), "sync_type": "complete",
                "dest_prefix": .string(String(repeating: "p", count: 100)), "options": ["max_concurrent": 5],
            ],
            name: name
        )
        #expect(summary.filesCount == 80)
        let events = world.events(of: name)
        #expect(events.contains { $0.details.length == 40 })
        let largest = events.map { $0.details.json.jsonSizeInBytes }.max() ?? 0
        #expect(largest > 8000, "the page itself is among them")
        #expect(largest < 64 << 10)
    }

    @Test("no secret, file name, vault name or address is in any event, whatever goes wrong")
    func secrets() async throws {
        let marker = "MARKER"
        var world = PipelineWorld(name: "Vault \(marker)")
        world.secrets = MemorySecretStore(
            Secret(["provider": .string("fake")]).setting(.string(marker), at: "auth", "password")
        )
        for number in 0..<5 { world.write("\(marker) text \(number)", to: "\(marker)/\(marker) \(number).md") }
        world.library.setFaults {
            $0.corruptions[VaultPath("\(marker)/\(marker) 1.md")] = Array("not \(marker)".utf8)
            $0.breaks[VaultPath("\(marker)/\(marker) 2.md")] = 100
            $0.contentsUntilTokenExpires = 2
        }
        let error = SyncError(.storeUnavailable, "the store fails", underlying: NSError(domain: marker, code: 1))
        world.mirrorFaults.replace { operation, number in operation == .put && number == 2 ? .init(error) : nil }
        await #expect(throws: SyncError.self) { try await world.run() }
        world.library.setFaults { $0 = .init() }
        try await world.redrive()
        let events = world.events()
        #expect(events.contains { $0.type == .executionRedriven })
        #expect(events.contains { $0.type == .taskFailed })
        for event in events {
            let text = event.json.jsonText
            #expect(!text.contains(marker) && !text.contains("token-") && !text.contains("://"), "\(event.type)")
        }
    }

    @Test(
        "every form of an execution's input runs to its end",
        arguments: ["empty", "schedule", "status", "sync-multiple", "sync-vault", "sync"]
    )
    func inputs(_ name: String) async throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "events/execution-\(name).json")
        let input = try JSONValue(parsing: String(contentsOf: path, encoding: .utf8))
        let world = PipelineWorld(files: 3, vault: try #require(VaultID("d41a7c05e6b94f2f8a3390c7be125d60")))
        let other = try #require(VaultID("0b6f3e9247d84c1ca5e2f7781d930b4e"))
        world.library.addVault(Vault(id: other, name: "Other", epoch: "epoch-1"))
        let summary = try await world.run(input)
        #expect(summary.success)
        #expect(summary.filesCount == (name == "status" ? 0 : 3))
        #expect(world.entered().last == "Done")
    }

    @Test("an input with a password is refused in Authenticate, by the field's name alone")
    func password() async throws {
        let world = PipelineWorld(files: 1)
        let error = await #expect(throws: SyncError.self) { try await world.run(["vault_password": "hunter2"]) }
        #expect(error?.name == .invalidInput)
        #expect(world.events().last?.details.cause?.contains("hunter2") == false)
    }

    @Test("a function whose process dies once is called again, wherever that was", arguments: PipelineFunction.allCases)
    func deadProcess(function: PipelineFunction) async throws {
        var world = PipelineWorld(files: 3)
        let isDead = Mutex(false)
        world.beforeInvocation = { invoked in
            let dies = isDead.withLock { isDead in
                defer { isDead = isDead || invoked == function }
                return !isDead && invoked == function
            }
            if dies { throw SyncError(.init(rawValue: "Runtime.ExitError"), "the process ended with signal 9") }
        }
        let summary = try await world.run([:])
        #expect(summary.success)
        #expect(summary.filesCount == 3)
    }

    @Test("every Retry names all that our functions and Lambda raise in passing, with full jitter, and no more")
    func retries() throws {
        let transient: Set<String> = [
            SyncError.Name.throttled.rawValue, SyncError.Name.sourceUnavailable.rawValue,
            SyncError.Name.storeUnavailable.rawValue, "Lambda.ServiceException", "Lambda.AWSLambdaException",
            "Lambda.SdkClientException", "Lambda.TooManyRequestsException", "Lambda.ClientExecutionTimeoutException",
            "Lambda.Unknown", "Sandbox.Timedout", "Sandbox.Timeout", "Sandbox.Failure", "Runtime.ExitError",
            "Runtime.TruncatedResponse", "Runtime.Unknown", "Function.Unknown", "Extension.Crash",
            "Extension.ExitError",
            "States.Timeout",
        ]
        let definition = try JSONValue(parsing: LocalEngine.pipelineDefinition().text)
        let states = definition["States"]
        let inner = states?["Download"]?["ItemProcessor"]?["States"]
        for state in [states?["Authenticate"], states?["List"], inner?["DownloadBatch"]] {
            let retriers = try #require(state?["Retry"]?.array)
            let named = retriers.flatMap { $0["ErrorEquals"]?.array?.compactMap(\.string) ?? [] }
            #expect(Set(named) == transient)
            #expect(named.count == transient.count)
        }
        // Whoever asks for fewer requests is given minutes, and no request in between by chance.
        for state in [states?["Authenticate"], states?["List"]] {
            let quiet = try #require(state?["Retry"]?.array?.first)
            #expect(quiet["ErrorEquals"]?.array?.compactMap(\.string) == ["Throttled"])
            #expect(quiet["IntervalSeconds"] == 45)
            #expect(quiet["MaxDelaySeconds"] == 300)
            #expect(quiet["MaxAttempts"] == 8)
        }
        let all = [states?["Authenticate"], states?["List"], states?["ContinueAsNew"], inner?["DownloadBatch"]]
        #expect(all.allSatisfy { $0?["Retry"]?.array?.last?["JitterStrategy"] == "FULL" })
        #expect(states?["List"]?["Catch"]?.array?.count == 1, "what else fails in List is for a redrive")
        #expect(states?["Authenticate"]?["Catch"] == nil)
        #expect(states?.object?.allSatisfy { $0.value["Type"] != "Fail" } == true)
    }

    @Test("hashes as the service does")
    func hashes() async throws {
        let engine = try PipelineWorld().engine()
        let definition = try StateMachineDefinition(
            parsing: #"""
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {
                  "md5.$": "States.Hash('abc', 'MD5')", "sha1.$": "States.Hash('abc', 'SHA-1')",
                  "sha256.$": "States.Hash('abc', 'SHA-256')"}, "End": true}}}
                """#
        )
        try await engine.interpreter.start("hashes", definition, input: [:])
        let output = try await engine.interpreter.run("hashes").output
        #expect(output?["md5"] == "900150983cd24fb0d6963f7d28e17f72")
        #expect(output?["sha1"] == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(output?["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
