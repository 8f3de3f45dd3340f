import Foundation
import LambdaRuntime
import NIOCore
import Synchronization
import Testing

@testable import LocalLambda

@Suite("Local Lambda with real processes", .timeLimit(.minutes(10)), .serialized)
struct LocalLambdaTests {
    @Test("a process answers several invocations, one after another")
    func echo() async throws {
        let lines = Mutex<[FunctionOutputLine]>([])
        let options = EchoSupport.options { line in lines.withLock { $0.append(line) } }
        try await withLocalLambda(functions: [EchoSupport.function()], options: options) { server in
            let answer = try await server.invoke("echo", EchoSupport.command("echo", "hello"))
            #expect(answer.value == "hello")
            #expect(answer.isFunctionError == false)
            let first = try await server.invoke("echo", EchoSupport.command("process")).value
            let second = try await server.invoke("echo", EchoSupport.command("process")).value
            #expect(first != nil)
            #expect(first == second)
            // The line is on its way through a pipe; the process is ended and its pipe read before the next check.
            _ = try await server.invoke("echo", EchoSupport.command("exit"))
        }
        let line = lines.withLock { $0.first { $0.text.contains(#""message":"echo""#) } }
        #expect(line?.function == "echo")
        #expect(line?.stream == .standardError)
    }

    @Test("a failure of the handler is the answer, and the process goes on")
    func failure() async throws {
        try await withLocalLambda(functions: [EchoSupport.function()], options: EchoSupport.options()) { server in
            let before = try await server.invoke("echo", EchoSupport.command("process")).value
            let answer = try await server.invoke("echo", EchoSupport.command("fail", "Throttled"))
            #expect(answer.report?.errorType == "Throttled")
            let invalid = try await server.invoke("echo", ByteBuffer(string: "{}"))
            #expect(invalid.report?.errorType == "InvalidInput")
            #expect(invalid.report?.errorMessage == "required field `action` is missing")
            #expect(try await server.invoke("echo", EchoSupport.command("process")).value == before)
        }
    }

    @Test("a process sees the platform's variables and those of its function")
    func environment() async throws {
        let function = try EchoSupport.function(environment: ["OWN": "own"])
        try await withLocalLambda(functions: [function], options: EchoSupport.options()) { server in
            let expected = [
                "OWN": "own", "INHERITED": "yes", "AWS_LAMBDA_FUNCTION_NAME": "echo",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_FUNCTION_TIMEOUT": "20",
                "AWS_REGION": "us-east-1",
            ]
            for (name, value) in expected {
                #expect(try await server.invoke("echo", EchoSupport.command("environment", name)).value == value)
            }
            let remaining = try await server.invoke("echo", EchoSupport.command("deadline")).value.flatMap(Int.init)
            #expect((1...20).contains(remaining ?? 0))
        }
    }

    @Test("a process beyond its time-out is killed, and the next invocation has a fresh one")
    func timeout() async throws {
        let function = try EchoSupport.function(timeout: .milliseconds(1500))
        try await withLocalLambda(functions: [function], options: EchoSupport.options()) { server in
            let before = try await server.invoke("echo", EchoSupport.command("process")).value
            let answer = try await server.invoke("echo", EchoSupport.command("sleep", milliseconds: 60_000))
            #expect(answer.report?.errorType == "Sandbox.Timedout")
            #expect(
                answer.report?.errorMessage
                    == "RequestId: \(answer.requestID) Error: Task timed out after 1.50 seconds"
            )
            let after = try await server.invoke("echo", EchoSupport.command("process")).value
            #expect(after != nil)
            #expect(after != before)
        }
    }

    @Test("a process that ends at work fails its invocation, and the next one has a fresh one")
    func exit() async throws {
        try await withLocalLambda(functions: [EchoSupport.function()], options: EchoSupport.options()) { server in
            let answer = try await server.invoke("echo", EchoSupport.command("exit"))
            #expect(answer.report?.errorType == "Runtime.ExitError")
            #expect(
                answer.report?.errorMessage
                    == "RequestId: \(answer.requestID) Error: Runtime exited with error: exit status 1"
            )
            #expect(try await server.invoke("echo", EchoSupport.command("echo", "again")).value == "again")
        }
    }

    @Test("a process that ended between two invocations is replaced without the caller's notice")
    func idleEnd() async throws {
        try await withLocalLambda(functions: [EchoSupport.function()], options: EchoSupport.options()) { server in
            let first = try await server.invoke("echo", EchoSupport.command("process")).value
            let process = try #require(first.flatMap(pid_t.init))
            kill(process, SIGKILL)
            let second = try await server.invoke("echo", EchoSupport.command("echo", "again"))
            // Whether the end was noticed before the event was handed over is the machine's choice.
            #expect(second.value == "again" || second.report?.errorType == "Runtime.ExitError")
        }
    }

    @Test("a failed start is the answer of the invocation that caused it")
    func failedStart() async throws {
        let function = try EchoSupport.function(environment: ["ECHO_FAIL_START": "1"])
        try await withLocalLambda(functions: [function], options: EchoSupport.options()) { server in
            for _ in 0..<2 {
                let answer = try await server.invoke("echo", EchoSupport.command("echo", "x"))
                #expect(answer.report?.errorType == "InvalidConfiguration")
            }
        }
    }

    @Test("an executable that is not there is the function's failure")
    func missingExecutable() async throws {
        let function = try EchoSupport.function(path: "/nonexistent/function")
        try await withLocalLambda(functions: [function], options: EchoSupport.options()) { server in
            let answer = try await server.invoke("echo", ByteBuffer())
            #expect(answer.report?.errorType == "Runtime.InvalidEntrypoint")
        }
    }

    @Test("invocations at the same time have a process each, and those beyond the concurrency are throttled")
    func concurrency() async throws {
        let function = try EchoSupport.function(concurrency: 2)
        try await withLocalLambda(functions: [function], options: EchoSupport.options()) { server in
            let outcomes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        do {
                            let command = EchoSupport.command("sleep", milliseconds: 1500)
                            return try await server.invoke("echo", command).value ?? "failed"
                        } catch {
                            return (error as? LocalLambdaError)?.code.name ?? "other"
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.sorted() == ["TooManyRequestsException", "slept", "slept"])
        }
    }

    @Test("at the end of the scope no process is left, also when one is at work")
    func scopeEnd() async throws {
        let process = Mutex<pid_t>(0)
        try await withLocalLambda(functions: [EchoSupport.function()], options: EchoSupport.options()) { server in
            let value = try await server.invoke("echo", EchoSupport.command("process")).value
            process.withLock { $0 = value.flatMap(pid_t.init) ?? 0 }
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    _ = try? await server.invoke("echo", EchoSupport.command("sleep", milliseconds: 60_000))
                }
                await Task.yield()
                group.cancelAll()
            }
        }
        let id = process.withLock { $0 }
        #expect(id > 0)
        #expect(kill(id, 0) == -1)
        #expect(errno == ESRCH)
    }

    @Test("a payload that is no JSON, too large or for nobody does not reach a process")
    func refusals() async throws {
        try await withLocalLambda(functions: [EchoSupport.function()], options: EchoSupport.options()) { server in
            let large = ByteBuffer(repeating: UInt8(ascii: " "), count: LambdaLimits.requestBytes + 1)
            let cases: [(String, ByteBuffer, LocalLambdaError.Code)] = [
                ("echo", ByteBuffer(string: "{"), .invalidRequestContent), ("echo", large, .requestTooLarge),
                ("nobody", ByteBuffer(), .functionNotFound),
            ]
            for (name, payload, code) in cases {
                let error = await #expect(throws: LocalLambdaError.self) {
                    try await server.invoke(name, payload)
                }
                #expect(error?.code == code)
            }
        }
    }
}
