import AWSSigning
import Crypto
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Simulators
import Testing

/// A request to the store, right in everything that is not changed.
struct S3TestRequest: Sendable {
    var method = HTTPMethod.PUT
    var path = "/bucket/key"
    var query: [QueryItem] = []
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []
    var credential = Credential(accessKeyId: "testing", secretAccessKey: "testing")
    var region = "eu-central-1"
    var time = S3TestClient.now
    /// Nil for the hash of the body.
    var payload: PayloadHash?
    /// Header fields that are sent and not signed.
    var unsigned: [(name: String, value: String)] = []
    /// Nil for the length of the body; negative for none at all.
    var announcedLength: Int?

    init(_ method: HTTPMethod = .PUT, _ path: String = "/bucket/key", _ query: [QueryItem] = []) {
        self.method = method
        self.path = path
        self.query = query
    }

    func with(_ change: (inout S3TestRequest) -> Void) -> S3TestRequest {
        var copy = self
        change(&copy)
        return copy
    }

    func body(_ text: String) -> S3TestRequest { with { $0.body = Array(text.utf8) } }

    func header(_ name: String, _ value: String) -> S3TestRequest {
        with { $0.headers.append((name: name, value: value)) }
    }
}

struct S3TestAnswer: Sendable {
    var status = 0
    var headers = HTTPHeaders()
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The text of the first element of that name.
    func element(_ name: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else { return nil }
        return String(text[start.upperBound..<end.lowerBound])
    }

    var code: String? { element("Code") }
}

/// Sends single requests to a store.
struct S3TestClient: Sendable {
    static let now: Int64 = 1_770_399_182
    let simulator: S3Simulator

    /// Runs a store whose clock stands still and that has one bucket, called `bucket`.
    static func run(
        _ change: (inout S3Simulator.Configuration) -> Void = { _ in },
        _ body: (S3TestClient) async throws -> Void
    ) async throws {
        var configuration = S3Simulator.Configuration()
        configuration.buckets = ["bucket"]
        configuration.minimumPartSize = 10
        configuration.unixTime = { now }
        change(&configuration)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try await withS3Simulator(configuration: configuration, logger: logger) { simulator in
            try await body(S3TestClient(simulator: simulator))
        }
    }

    /// Sends a request over a connection of its own; nil when the connection ends before the answer does.
    func send(_ request: S3TestRequest) async throws -> S3TestAnswer? {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: simulator.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            do {
                try await write(request, outbound)
                return try await read(inbound)
            } catch is ChannelError {
                return nil
            } catch is IOError {
                return nil
            } catch is HTTPParserError {
                return nil
            }
        }
    }

    private func write(
        _ request: S3TestRequest,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) async throws {
        var fields = HTTPHeaders([("Host", "127.0.0.1:\(simulator.port)")])
        for field in request.headers + signature(of: request) + request.unsigned {
            fields.add(name: field.name, value: field.value)
        }
        let length = request.announcedLength ?? request.body.count
        if length >= 0 { fields.add(name: "Content-Length", value: "\(length)") }
        let query = request.query.canonicalQuery
        let uri = request.path + (query.isEmpty ? "" : "?" + query)
        // Only the older version may leave open where a body ends.
        let isOpenEnded = length < 0 && !fields.contains(name: "Transfer-Encoding")
        let version: HTTPVersion = isOpenEnded ? .http1_0 : .http1_1
        let head = HTTPRequestHead(version: version, method: request.method, uri: uri, headers: fields)
        try await outbound.write(.head(head))
        if !request.body.isEmpty {
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: request.body))))
        }
        if length > request.body.count {
            outbound.finish()
        } else {
            try await outbound.write(.end(nil))
        }
    }

    private func signature(of request: S3TestRequest) -> [(name: String, value: String)] {
        AWSSigner(credential: request.credential, service: "s3", region: request.region).signHeaders(
            SigningRequest(
                method: request.method.rawValue,
                host: "127.0.0.1:\(simulator.port)",
                path: request.path,
                query: request.query,
                headers: request.headers,
                payload: request.payload ?? .sha256(request.body)
            ),
            at: SigningDate(unixSeconds: request.time)
        )
    }

    private func read(_ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> S3TestAnswer? {
        var answer = S3TestAnswer()
        for try await part in inbound {
            switch part {
            case .head(let head):
                answer.status = Int(head.status.code)
                answer.headers = head.headers
            case .body(let bytes): answer.body += Array(bytes.readableBytesView)
            case .end: return answer
            }
        }
        return nil
    }

    /// Sends a request that has to be answered.
    func answer(_ request: S3TestRequest) async throws -> S3TestAnswer {
        try #require(try await send(request))
    }

    func expect(
        _ request: S3TestRequest,
        _ status: Int,
        _ code: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await send(request)
        #expect(answer?.status == status, "\(answer?.text ?? "")", sourceLocation: sourceLocation)
        #expect(answer?.code == code, sourceLocation: sourceLocation)
    }

    /// Begins an upload.
    func begin(_ headers: KeyValuePairs<String, String> = [:]) async throws -> String {
        var request = S3TestRequest(.POST, "/bucket/key", [QueryItem("uploads")])
        for header in headers { request = request.header(header.key, header.value) }
        return try #require(try await answer(request).element("UploadId"))
    }

    /// The request for one part.
    func part(_ number: Int, of upload: String, _ text: String = "0123456789") -> S3TestRequest {
        let query = [QueryItem("partNumber", "\(number)"), QueryItem("uploadId", upload)]
        return S3TestRequest(.PUT, "/bucket/key", query).body(text)
    }

    /// Stores one part.
    func store(_ number: Int, of upload: String, _ text: String = "0123456789") async throws -> String {
        try #require(try await answer(part(number, of: upload, text)).headers.first(name: "etag"))
    }

    /// The request that puts parts together.
    func completion(of upload: String, _ parts: [(Int, String)], _ inside: String = "") -> S3TestRequest {
        let items = parts.map { "<Part><PartNumber>\($0.0)</PartNumber><ETag>\($0.1)</ETag>\(inside)</Part>" }
        return S3TestRequest(.POST, "/bucket/key", [QueryItem("uploadId", upload)])
            .body("<CompleteMultipartUpload>\(items.joined())</CompleteMultipartUpload>")
    }
}

/// The SHA-256 of a text, base64.
func base64SHA256(_ text: String) -> String {
    Data(SHA256.hash(data: Array(text.utf8))).base64EncodedString()
}
