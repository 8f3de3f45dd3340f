package import NIOCore
import NIOHTTP1

/// The client of the Lambda Runtime API, version 2018-06-01.
///
/// Each call opens a connection of its own. On loopback that costs a fraction of a millisecond and saves all
/// thought about connections that went stale while the sandbox was frozen between two invocations.
package struct RuntimeAPIClient: LambdaRuntimeClientProtocol {
    private static let root = "/2018-06-01/runtime"
    private let http: OneShotHTTPClient

    /// Makes a client.
    ///
    /// - Parameter endpoint: `host:port`, as in the variable `AWS_LAMBDA_RUNTIME_API`.
    /// - Throws: ``LambdaRuntimeError`` with code `invalidConfiguration` when the endpoint has another form.
    package init(endpoint: String) throws(LambdaRuntimeError) {
        guard let separator = endpoint.lastIndex(of: ":"), separator != endpoint.startIndex,
            let port = UInt16(endpoint[endpoint.index(after: separator)...])
        else {
            throw LambdaRuntimeError(.invalidConfiguration, "AWS_LAMBDA_RUNTIME_API is not of the form host:port")
        }
        // An event may be larger than the limit of synchronous calls by what other services wrap around it.
        http = OneShotHTTPClient(
            host: String(endpoint[..<separator]),
            port: Int(port),
            responseLimit: 2 * LambdaLimits.requestBytes
        )
    }

    /// Asks for the next event (`GET /runtime/invocation/next`) and waits until there is one.
    ///
    /// - Throws: ``LambdaRuntimeError`` with code `runtimeAPI` when the answer is not as specified.
    package func nextInvocation() async throws -> LambdaInvocation {
        let response = try await http.send(LoopbackRequest(method: .GET, uri: "\(Self.root)/invocation/next"))
        guard response.status == .ok else {
            throw LambdaRuntimeError(.runtimeAPI, "the Runtime API answered \(response.status.code) to next")
        }
        guard let requestID = response.headers.first(name: RuntimeAPIHeader.requestID), !requestID.isEmpty else {
            throw LambdaRuntimeError(.runtimeAPI, "the Runtime API named no request id")
        }
        guard let deadline = response.headers.first(name: RuntimeAPIHeader.deadline).flatMap(Int64.init) else {
            throw LambdaRuntimeError(.runtimeAPI, "the Runtime API named no deadline")
        }
        return LambdaInvocation(
            requestID: requestID,
            deadline: LambdaClock.Instant(millisecondsSinceEpoch: deadline),
            invokedFunctionARN: response.headers.first(name: RuntimeAPIHeader.invokedFunctionARN) ?? "",
            traceID: response.headers.first(name: RuntimeAPIHeader.traceID) ?? "",
            event: response.body
        )
    }

    /// Posts a response (`POST /runtime/invocation/{id}/response`).
    ///
    /// - Throws: ``LambdaRuntimeError`` when the Runtime API refuses it or is gone.
    package func reportResponse(_ response: ByteBuffer, for requestID: String) async throws {
        let answer = try await post(response, to: "/invocation/\(requestID)/response")
        try check(answer, call: "response")
    }

    /// Posts a failure (`POST /runtime/invocation/{id}/error`).
    ///
    /// - Throws: ``LambdaRuntimeError`` when the Runtime API refuses it or is gone.
    package func reportError(_ report: LambdaErrorReport, for requestID: String) async throws {
        let answer = try await post(report, to: "/invocation/\(requestID)/error")
        try check(answer, call: "error")
    }

    /// Posts a failed start (`POST /runtime/init/error`); the platform refuses it with status 403 once it
    /// considers the start finished.
    ///
    /// - Throws: ``LambdaRuntimeError`` when the Runtime API refuses it or is gone.
    package func reportInitializationError(_ report: LambdaErrorReport) async throws -> Bool {
        let answer = try await post(report, to: "/init/error")
        return (200..<300).contains(answer.status.code)
    }

    private func post(_ report: LambdaErrorReport, to path: String) async throws -> LoopbackResponse {
        try await post(report.json(), to: path, headers: [RuntimeAPIHeader.functionErrorType: report.errorType])
    }

    private func post(
        _ body: ByteBuffer,
        to path: String,
        headers: HTTPHeaders = [:]
    ) async throws -> LoopbackResponse {
        var headers = headers
        headers.add(name: "Content-Type", value: "application/json")
        return try await http.send(
            LoopbackRequest(method: .POST, uri: Self.root + path, headers: headers, body: body)
        )
    }

    private func check(_ answer: LoopbackResponse, call: String) throws(LambdaRuntimeError) {
        guard (200..<300).contains(answer.status.code) else {
            throw LambdaRuntimeError(.runtimeAPI, "the Runtime API answered \(answer.status.code) to \(call)")
        }
    }
}
