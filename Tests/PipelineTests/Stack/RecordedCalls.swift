import Foundation
import HTTPTransport
import LambdaRuntime
import NIOCore
import NIOHTTP1
import Synchronization

/// The calls of AWS that deployed functions made, as far as a policy looks at them.
final class RecordedCalls: Sendable {
    /// One call, a line of the file that `make infra-check` compares with the roles:
    ///
    ///     {"body": "", "function": "obsync-check-downloader", "headers": {"x-amz-tagging": "…"}, "method": "PUT",
    ///      "uri": "/bucket/key"}
    private struct Call: Encodable {
        var function: String
        var method: String
        var uri: String
        var headers: [String: String]
        /// Of calls that name their resource in it; empty for all others.
        var body: String
    }

    private static let headers = ["x-amz-target", "x-amz-tagging", "x-amz-copy-source", "content-type"]

    private struct State {
        var calls: [Call] = []
        var refused: String?
    }

    private let state = Mutex(State())

    /// Refuses to store an object, or to send an alert, where the request's address or body holds a text; nil refuses nothing.
    func refuse(_ text: String?) {
        state.withLock { $0.refused = text }
    }

    /// Notes a request of a function.
    ///
    /// - Returns: whether it is to be let through.
    func pass(_ request: LoopbackRequest, of function: String) -> Bool {
        var headers: [String: String] = [:]
        for name in Self.headers { headers[name] = request.headers.first(name: name) }
        let isRead = request.method == .GET || request.method == .HEAD
        let isNamedInBody = headers["x-amz-target"] != nil || request.method == .POST
        let call = Call(
            function: function,
            method: request.method.rawValue,
            uri: request.uri,
            headers: headers,
            body: isNamedInBody ? String(buffer: request.body) : ""
        )
        return state.withLock { state in
            state.calls.append(call)
            guard let refused = state.refused, !isRead, call.headers["x-amz-target"] == nil else { return true }
            return !call.uri.contains(refused) && !call.body.contains(refused)
        }
    }

    /// Writes all calls, a line of JSON each.
    func write(to file: String) throws {
        let encoder = JSONEncoder()
        let lines = try state.withLock { $0.calls }.map { try encoder.encode($0) + [UInt8(ascii: "\n")] }
        try Data(lines.joined()).write(to: URL(filePath: file))
    }
}

/// Puts a proxy of its own between each function and AWS while `body` runs, which is given the proxies' addresses by function.
func withRecordedCalls(
    of functions: ArraySlice<DeployedStack.Function>,
    to target: String,
    _ transport: AsyncHTTPClientTransport,
    _ calls: RecordedCalls,
    addresses: [String: String] = [:],
    _ body: ([String: String]) async throws -> Void
) async throws {
    guard let name = functions.first?.name else { return try await body(addresses) }
    try await withProxy(to: target, transport, pass: { calls.pass($0, of: name) }) { address in
        try await withRecordedCalls(
            of: functions.dropFirst(),
            to: target,
            transport,
            calls,
            addresses: addresses.merging([name: address]) { $1 },
            body
        )
    }
}
