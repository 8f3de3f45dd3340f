import AWSSigning
import HTTPTransport
import NIOCore
import NIOHTTP1

/// How a service that speaks the query protocol is asked: a form goes out, XML comes back.
struct QueryProtocol: Sendable {
    let service: AWSService
    let version: String
    let responseLimit: Int

    static let sns = QueryProtocol(service: .sns, version: "2010-03-31", responseLimit: 64 << 10)

    static let cloudFormation = QueryProtocol(
        service: .cloudFormation,
        version: "2010-05-15",
        // A page of stacks with their parameters and outputs.
        responseLimit: 4 << 20
    )

    static let cloudWatch = QueryProtocol(service: .cloudWatch, version: "2010-08-01", responseLimit: 4 << 20)
}

extension AWSClient {
    /// Calls an operation of a service that speaks the query protocol.
    ///
    /// - Parameters:
    ///   - operation: the operation.
    ///   - query: how the service is asked.
    ///   - fields: names and values, without action and version.
    /// - Returns: the element `<operation>Result` of the answer.
    /// - Throws: ``AWSError``.
    func call(
        _ operation: String,
        of query: QueryProtocol,
        _ fields: [(name: String, value: String)]
    ) async throws -> XMLElement {
        let endpoint = try endpoints.endpoint(of: query.service, region: region)
        var request = AWSRequest(service: query.service, operation: operation, endpoint: endpoint, method: .POST)
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")
        let form = [("Action", operation), ("Version", query.version)] + fields
        request.body = .bytes(
            ByteBuffer(string: form.map { "\($0)=\(PercentEncoding.query($1))" }.joined(separator: "&"))
        )
        request.responseBody = .collected(limit: query.responseLimit)
        let body = try await execute(request).body.collect(upTo: query.responseLimit)
        guard let result = (try? XMLElement.parse(body))?.child("\(operation)Result") else {
            throw request.malformed("the answer is not the XML that was expected")
        }
        return result
    }
}
