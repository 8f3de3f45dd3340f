package import NIOCore
package import NIOHTTP1

/// One HTTP request, as a value: nothing is sent until an ``HTTPExecutor`` executes it.
package struct HTTPRequest: Sendable {
    /// The method, `GET` by default.
    package var method: HTTPMethod
    /// The absolute URL, already percent-encoded: it goes on the wire as it stands.
    package var url: String
    /// The header fields, without `Host` and `Content-Length`, which the transport adds.
    package var headers: HTTPHeaders
    /// The body.
    package var body: HTTPRequestBody

    /// Makes a request.
    package init(
        method: HTTPMethod = .GET,
        url: String,
        headers: HTTPHeaders = [:],
        body: HTTPRequestBody = .none
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// The body of an ``HTTPRequest``.
package enum HTTPRequestBody: Sendable {
    /// No body.
    case none
    /// A whole body in memory. It can be sent again after a failure.
    case bytes(ByteBuffer)
    /// A body of known length that is pulled while it is sent. It can be sent only once.
    ///
    /// The sequence has to suspend between its elements: what is ready at once piles up in memory
    /// when it is produced faster than TLS can take it.
    case stream(length: Int64, any AsyncSequence<ByteBuffer, any Error> & Sendable)
}
