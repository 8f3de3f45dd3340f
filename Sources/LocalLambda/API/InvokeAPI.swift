import FoundationEssentials
import LambdaRuntime
import NIOCore
import NIOHTTP1

/// The service's Invoke operation over HTTP, for the AWS CLI, SDKs and emulators.
struct InvokeAPI: Sendable {
    let service: InvocationService

    static func options(port: Int) -> LoopbackServerOptions {
        LoopbackServerOptions(
            port: port,
            bodyLimit: LambdaLimits.requestBytes,
            tooLarge: response(for: InvocationService.tooLarge, requestID: "")
        )
    }

    func respond(to request: LoopbackRequest) async -> LoopbackResponse {
        let requestID = InvocationService.makeRequestID()
        do throws(LocalLambdaError) {
            let call = try InvokeAPIRequest(request)
            switch call.type {
            case .dryRun:
                try service.checkExists(call.functionName)
                return LoopbackResponse(status: .noContent, headers: Self.headers(requestID))
            case .event:
                try service.enqueue(request.body, for: call.functionName, requestID: requestID)
                return LoopbackResponse(status: .accepted, headers: Self.headers(requestID))
            case .requestResponse:
                let result = try await service.invoke(call.functionName, request.body, requestID: requestID)
                var headers = Self.headers(requestID)
                headers.add(name: "X-Amz-Executed-Version", value: "$LATEST")
                if result.isFunctionError { headers.add(name: "X-Amz-Function-Error", value: "Unhandled") }
                return .json(.ok, result.payload, headers: headers)
            }
        } catch {
            return Self.response(for: error, requestID: requestID)
        }
    }

    private static func headers(_ requestID: String) -> HTTPHeaders {
        ["X-Amzn-RequestId": requestID]
    }

    static func response(for error: LocalLambdaError, requestID: String) -> LoopbackResponse {
        var headers = headers(requestID)
        headers.add(name: "x-amzn-errortype", value: error.code.name)
        let body = ErrorBody(kind: error.code.status < 500 ? "User" : "Service", message: error.message)
        return .json(HTTPResponseStatus(statusCode: error.code.status), body.json(), headers: headers)
    }

    private struct ErrorBody: Encodable {
        let kind: String
        let message: String

        enum CodingKeys: String, CodingKey {
            case kind = "Type"
            case message = "Message"
        }

        func json() -> ByteBuffer {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            // Two strings always encode; were they not to, the status and the header still tell all.
            return ByteBuffer(bytes: (try? encoder.encode(self)) ?? Data())
        }
    }
}
