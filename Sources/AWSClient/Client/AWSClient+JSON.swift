import HTTPTransport
import NIOCore
import NIOHTTP1

/// How a service that speaks JSON names its operations.
package struct JSONProtocol: Sendable {
    let service: AWSService
    let targetPrefix: String
    let contentType: String
    let responseLimit: Int

    /// DynamoDB.
    package static let dynamoDB = JSONProtocol(
        service: .dynamoDB,
        targetPrefix: "DynamoDB_20120810.",
        contentType: "application/x-amz-json-1.0",
        // Sixteen megabytes of items, spelled in JSON.
        responseLimit: 64 << 20
    )

    static let secretsManager = JSONProtocol(
        service: .secretsManager,
        targetPrefix: "secretsmanager.",
        contentType: "application/x-amz-json-1.1",
        responseLimit: 1 << 20
    )

    static let stepFunctions = JSONProtocol(
        service: .stepFunctions,
        targetPrefix: "AWSStepFunctions.",
        contentType: "application/x-amz-json-1.0",
        // A description carries input and output, of 256 KiB each; a page of events many of both.
        responseLimit: 64 << 20
    )

    static let cloudWatchLogs = JSONProtocol(
        service: .cloudWatchLogs,
        targetPrefix: "Logs_20140328.",
        contentType: "application/x-amz-json-1.1",
        // A page has at most one megabyte of events, spelled in JSON.
        responseLimit: 16 << 20
    )
}

extension AWSClient {
    /// Calls an operation of a service that speaks JSON.
    ///
    /// - Parameters:
    ///   - operation: its name.
    ///   - json: how the service names its operations.
    ///   - input: what is asked.
    ///   - as: what the answer is.
    /// - Returns: the answer.
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func call<Output: Decodable>(
        _ operation: String,
        of json: JSONProtocol,
        _ input: some Encodable,
        as: Output.Type = Output.self
    ) async throws -> Output {
        let endpoint = try endpoints.endpoint(of: json.service, region: region)
        var request = AWSRequest(service: json.service, operation: operation, endpoint: endpoint, method: .POST)
        request.headers.add(name: "X-Amz-Target", value: json.targetPrefix + operation)
        request.headers.add(name: "Content-Type", value: json.contentType)
        request.body = .bytes(try JSONCodec.encode(input, for: request))
        request.responseBody = .collected(limit: json.responseLimit)
        let body = try await execute(request).body.collect(upTo: json.responseLimit)
        return try JSONCodec.decode(Output.self, from: body, for: request)
    }
}
