import AWSSigning
import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import AWSClient

/// Answers from a script and keeps what was sent. A request that the script does not expect fails the test.
final class ScriptedExecutor: HTTPExecutor {
    enum Reply: Sendable {
        case answer(Int, [String: String] = [:], String = "")
        case failure(TransportError)
    }

    private struct State {
        var replies: [Reply]
        var requests: [HTTPRequest] = []
        var timeouts: [Duration] = []
    }

    private let state: Mutex<State>

    init(_ replies: Reply...) {
        state = Mutex(State(replies: replies))
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    var timeouts: [Duration] { state.withLock { $0.timeouts } }

    func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        let reply: Reply? = state.withLock { state in
            state.requests.append(request)
            state.timeouts.append(timeout)
            return state.replies.isEmpty ? nil : state.replies.removeFirst()
        }
        switch reply {
        case .answer(let status, let headers, let body):
            return HTTPResponse(
                status: status,
                headers: HTTPHeaders(headers.map { ($0.key, $0.value) }),
                body: BufferedBody(ByteBuffer(string: body))
            )
        case .failure(let error):
            throw error
        case nil:
            Issue.record("a request that was not expected: \(request.method) \(request.url)")
            throw TransportError(.invalidURL, message: "not scripted")
        }
    }
}

/// A world in which time passes only while someone sleeps.
final class ManualWorld: Sendable {
    private let state = Mutex((now: Date(timeIntervalSince1970: 1_440_938_160), sleeps: [Duration]()))

    var sleeps: [Duration] { state.withLock { $0.sleeps } }
    var now: Date { state.withLock { $0.now } }

    func advance(by duration: Duration) {
        state.withLock { $0.now.addTimeInterval(duration.seconds) }
    }

    func environment(random: Double = 0.5) -> AWSEnvironment {
        AWSEnvironment(
            now: { self.now },
            sleep: { duration in
                self.state.withLock { $0.sleeps.append(duration) }
                self.advance(by: duration)
            },
            random: { random }
        )
    }
}

let testLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
let testCredential = Credential(accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret")

func client(
    _ executor: any HTTPExecutor,
    world: ManualWorld = ManualWorld(),
    endpoints: Endpoints = Endpoints(),
    retry: RetryPolicy = RetryPolicy()
) -> AWSClient {
    AWSClient(
        executor: executor,
        credentials: StaticCredentialProvider(testCredential),
        region: Region(rawValue: "eu-central-1"),
        endpoints: endpoints,
        retry: retry,
        environment: world.environment(),
        logger: testLogger
    )
}

extension HTTPRequest {
    /// The body as text, when it is in memory.
    var bodyText: String? {
        if case .bytes(let buffer) = body { return String(buffer: buffer) }
        return nil
    }
}

/// The error that `body` throws, if it is one of the client's.
func awsError<Result>(_ body: () async throws -> Result) async throws -> AWSError {
    try await #require(throws: AWSError.self) { _ = try await body() }
}
