package import NIOCore
package import NIOHTTP1

/// A whole HTTP/1.1 request.
package struct LoopbackRequest: Equatable, Sendable {
    /// The method.
    package var method: HTTPMethod
    /// Path and query.
    package var uri: String
    /// The headers; `Host` and `Content-Length` are added when it is sent.
    package var headers: HTTPHeaders
    /// The body, empty when there is none.
    package var body: ByteBuffer

    /// Makes a request.
    package init(method: HTTPMethod, uri: String, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.method = method
        self.uri = uri
        self.headers = headers
        self.body = body
    }

    /// The path without the query.
    package var path: Substring { uri.prefix { $0 != "?" } }
}

/// A whole HTTP/1.1 response.
package struct LoopbackResponse: Equatable, Sendable {
    /// The status.
    package var status: HTTPResponseStatus
    /// The headers; `Content-Length` is added when it is sent.
    package var headers: HTTPHeaders
    /// The body, empty when there is none.
    package var body: ByteBuffer

    /// Makes a response.
    package init(status: HTTPResponseStatus, headers: HTTPHeaders = [:], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON response.
    package static func json(
        _ status: HTTPResponseStatus,
        _ body: ByteBuffer,
        headers: HTTPHeaders = [:]
    ) -> LoopbackResponse {
        var headers = headers
        headers.replaceOrAdd(name: "Content-Type", value: "application/json")
        return LoopbackResponse(status: status, headers: headers, body: body)
    }

    /// A response whose body is an error report.
    package static func error(_ status: HTTPResponseStatus, _ report: LambdaErrorReport) -> LoopbackResponse {
        .json(status, report.json())
    }
}
