import AWSClient
import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import SyncCore
import Synchronization

/// Stands before a table on a bad day: of seven calls of an operation the first is throttled, and the second is made while its
/// answer is lost, so that a client sends it for the third time; a page ends after two items, as one of large items does at 1 MB.
final class UnreliableTable: HTTPExecutor {
    private static let itemsOfAPage: Int64 = 2
    /// What a client's budget for further attempts can bear.
    private static let cycle = 7

    private let base: any HTTPExecutor
    /// How often each operation was called.
    private let calls = Mutex<[String: Int]>([:])

    init(_ base: any HTTPExecutor) {
        self.base = base
    }

    func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        guard case .bytes(let body) = request.body, let target = request.headers.first(name: "X-Amz-Target") else {
            return try await base.execute(request, timeout: timeout, logger: logger)
        }
        let number = calls.withLock { calls in
            calls[target, default: 0] += 1
            return calls[target, default: 0]
        }
        guard number % Self.cycle != 1 else { return request.slowDown }
        var request = request
        if target.hasSuffix(".Query") {
            let query = try JSONDecoder().decode(JSON.self, from: Data(body.readableBytesView))
            let cut = query.setting(.integer(Self.itemsOfAPage), at: ["Limit"])
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(cut)))
        }
        let answer = try await base.execute(request, timeout: timeout, logger: logger)
        guard number % Self.cycle != 2 else {
            _ = try await answer.collect(upTo: 16 << 20)
            throw TransportError(.connectionLost, message: "the connection was lost before the answer came")
        }
        return answer
    }
}
