package import AWSSigning
package import HTTPTransport
package import NIOHTTP1

/// One call of a service, before it is signed.
package struct AWSRequest: Sendable {
    /// What becomes of the body of a successful answer.
    package enum ResponseBody: Sendable, Equatable {
        /// It is handed on to be read by the caller.
        case streamed
        /// It is read into memory, up to so many bytes.
        case collected(limit: Int)
        /// The same; it may hold an error although the status is 200.
        case collectedMayBeError(limit: Int)
    }

    /// The service.
    package var service: AWSService
    /// The operation's name, for errors and logs.
    package var operation: String
    /// Where it goes.
    package var endpoint: Endpoint
    /// The region it is signed for; nil for the client's.
    package var region: Region?
    /// What it is about, where it is one of S3's.
    var object: (bucket: String, key: String?)?
    /// The method.
    package var method: HTTPMethod
    /// The path after the endpoint's own, percent-encoded, beginning with `/`.
    package var path: String
    /// The query, not encoded.
    package var query: [QueryItem]
    /// The header fields, all of which are signed.
    package var headers: HTTPHeaders
    /// The body.
    package var body: HTTPRequestBody
    /// What the signature says of the body, where that is not plain from it.
    var payload: PayloadHash?
    /// What becomes of the answer's body.
    package var responseBody: ResponseBody

    /// Makes a request.
    package init(service: AWSService, operation: String, endpoint: Endpoint, method: HTTPMethod) {
        self.service = service
        self.operation = operation
        self.endpoint = endpoint
        self.method = method
        path = "/"
        query = []
        headers = [:]
        body = .none
        responseBody = .collected(limit: 1 << 20)
    }

    /// Whether it can be sent a second time.
    var isRepeatable: Bool {
        if case .stream = body { return false }
        return true
    }
}

/// The successful answer to an ``AWSRequest``.
package struct AWSResponse: Sendable {
    /// The status, 200 to 299.
    package var status: Int
    /// The header fields.
    package var headers: HTTPHeaders
    /// The body; in memory unless it was to be streamed.
    package var body: AWSHTTPBody

    /// Makes an answer.
    package init(status: Int, headers: HTTPHeaders, body: AWSHTTPBody) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
