import LambdaRuntime
import NIOCore
import NIOHTTP1

/// The Runtime API of one process, over its queue.
struct RuntimeAPIServer: Sendable {
    static let options = LoopbackServerOptions(
        port: 0,
        bodyLimit: LambdaLimits.responseBytes,
        tooLarge: .error(.payloadTooLarge, tooLargeReport),
        maxConnections: 16
    )
    private static let tooLargeReport = LambdaErrorReport(
        errorType: "Function.ResponseSizeTooLarge",
        errorMessage: "Response payload size exceeded maximum allowed payload size "
            + "(\(LambdaLimits.responseBytes) bytes)."
    )

    let queue: InvocationQueue

    func respond(to request: LoopbackRequest) async -> LoopbackResponse {
        switch RuntimeAPIRoute(method: request.method, path: request.path) {
        case .next:
            return await next()
        case .response(let requestID):
            return answer(queue.complete(requestID, with: .response(request.body)))
        case .error(let requestID):
            return answer(queue.complete(requestID, with: .failure(report(in: request))))
        case .initializationError:
            return answer(queue.failInitialization(report(in: request)))
        case nil:
            let report = LambdaErrorReport(
                errorType: "UnknownOperation",
                errorMessage: "not a call of the Runtime API"
            )
            return .error(.notFound, report)
        }
    }

    private func next() async -> LoopbackResponse {
        guard let invocation = try? await queue.poll() else { return refusal }
        let headers: HTTPHeaders = [
            RuntimeAPIHeader.requestID: invocation.requestID,
            RuntimeAPIHeader.deadline: String(invocation.deadline.millisecondsSinceEpoch),
            RuntimeAPIHeader.invokedFunctionARN: invocation.invokedFunctionARN,
            RuntimeAPIHeader.traceID: invocation.traceID,
        ]
        return .json(.ok, invocation.event, headers: headers)
    }

    private func answer(_ isAccepted: Bool) -> LoopbackResponse {
        isAccepted ? .json(.accepted, ByteBuffer(string: #"{"status":"OK"}"#)) : refusal
    }

    private var refusal: LoopbackResponse {
        .error(
            .forbidden,
            LambdaErrorReport(
                errorType: "InvalidStateTransition",
                errorMessage: "the call does not fit the invocation's state"
            )
        )
    }

    private func report(in request: LoopbackRequest) -> LambdaErrorReport {
        var report = LambdaErrorReport.decode(request.body) ?? LambdaErrorReport(errorType: "", errorMessage: "")
        if report.errorType.isEmpty {
            report.errorType = request.headers.first(name: RuntimeAPIHeader.functionErrorType) ?? "Unhandled"
        }
        return report
    }
}
