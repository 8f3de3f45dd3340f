package import HTTPTransport
package import Logging
package import NIOCore
package import NIOHTTP1
import Synchronization

/// ``HTTPExecutor`` without a network: it gives the answers it was made with, in their order, and keeps what was asked.
///
/// A request for which no answer is left throws ``UnexpectedRequest``, which no client takes for a failure of the network.
package final class RecordedHTTP: HTTPExecutor {
    /// What one request gets.
    package enum Answer: Sendable {
        /// An answer with a body that is in memory.
        case response(status: Int, headers: HTTPHeaders = [:], body: String)
        /// No answer.
        case failure(TransportError)

        /// An answer with status 200 and a JSON body.
        package static func json(_ text: String) -> Answer {
            .response(status: 200, headers: ["Content-Type": "application/json"], body: text)
        }
    }

    /// A request that was executed.
    package struct Request: Sendable {
        /// The method.
        package let method: HTTPMethod
        /// The absolute URL.
        package let url: String
        /// The header fields.
        package let headers: HTTPHeaders
        /// The body; empty when there is none, and for one that streams.
        package let body: ByteBuffer
        /// How long the head of the answer could take.
        package let timeout: Duration

        /// The body as text.
        package var text: String { String(buffer: body) }
    }

    /// A request came for which there is no answer.
    package struct UnexpectedRequest: Error, CustomStringConvertible {
        /// Its method and URL.
        package let description: String
    }

    private struct State {
        var answers: ArraySlice<Answer>
        var requests: [Request] = []
    }

    private let state: Mutex<State>

    /// Makes an executor with these answers.
    package init(_ answers: [Answer]) {
        state = Mutex(State(answers: answers[...]))
    }

    /// What was asked so far.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// How many answers are left.
    package var answersLeft: Int { state.withLock { $0.answers.count } }

    package func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        let answer = state.withLock { state in
            state.requests.append(Request(request, timeout: timeout))
            return state.answers.popFirst()
        }
        switch answer {
        case .response(let status, let headers, let body):
            return HTTPResponse(status: status, headers: headers, body: BufferedBody(ByteBuffer(string: body)))
        case .failure(let error):
            throw error
        case nil:
            throw UnexpectedRequest(description: "\(request.method) \(request.url)")
        }
    }
}

extension RecordedHTTP.Request {
    fileprivate init(_ request: HTTPRequest, timeout: Duration) {
        method = request.method
        url = request.url
        headers = request.headers
        self.timeout = timeout
        switch request.body {
        case .bytes(let buffer): body = buffer
        case .none, .stream: body = ByteBuffer()
        }
    }
}
