import Tracing

/// The names of what a span of a call tells.
package enum SpanKey {
    /// What kind of calls they are: ``awsSystem``.
    package static let system = "rpc.system"
    /// The operation, such as `PutObject`.
    package static let operation = "rpc.method"
    /// The status of the last answer.
    package static let status = "http.response.status_code"
    /// How often the request was sent again.
    package static let retries = "aws.retries"
    /// Calls of AWS.
    package static let awsSystem = "aws-api"
}

/// Makes a span of every call, however often it is sent. The outermost layer.
///
/// A span holds the service, the operation, the last status and the number of retries: no bucket, key, query or name.
/// It ends when the head of the answer is there and its body is to be streamed, else when the body is.
struct TracingMiddleware<CallTracer: Tracer, Next: AWSHandler>: AWSHandler {
    let tracer: CallTracer
    let next: Next

    func handle(_ request: AWSRequest, context: RequestContext) async throws -> AWSResponse {
        try await tracer.withSpan(request.service.displayName, ofKind: .client) { span in
            guard span.isRecording else { return try await next.handle(request, context: context) }
            span.updateAttributes { attributes in
                attributes.set(SpanKey.system, value: .string(SpanKey.awsSystem))
                attributes.set(SpanKey.operation, value: .string(request.operation))
            }
            var context = context
            context.onRetry = { attempt in
                span.updateAttributes { $0.set(SpanKey.retries, value: .int64(Int64(attempt))) }
            }
            do {
                let response = try await next.handle(request, context: context)
                span.updateAttributes { $0.set(SpanKey.status, value: .int64(Int64(response.status))) }
                return response
            } catch let error as AWSError {
                if let status = error.httpStatus {
                    span.updateAttributes { $0.set(SpanKey.status, value: .int64(Int64(status))) }
                }
                throw error
            }
        }
    }
}

extension AWSService {
    /// The name under which X-Ray knows the service.
    fileprivate var displayName: String {
        switch self {
        case .s3: "S3"
        case .dynamoDB: "DynamoDB"
        case .secretsManager: "SecretsManager"
        case .sns: "SNS"
        case .stepFunctions: "StepFunctions"
        default: name
        }
    }
}
