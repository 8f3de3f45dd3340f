import Logging
import NIOCore
import NIOHTTP1

/// Sends the answer to one request.
struct S3AnswerSender {
    let exchange: S3Exchange

    private var requestID: String { "REQUEST\(exchange.number)" }
    private var simulator: S3Simulator { exchange.simulator }

    /// Sends what was done.
    ///
    /// - Returns: whether the connection stays open.
    func send(_ answer: S3Store.Answer, _ faults: Set<S3Fault>) async throws -> Bool {
        simulator.log(exchange.number) { $0.status = answer.status }
        var headers = headers(answer.headers)
        switch answer.body {
        case .none:
            if answer.status != 204, !headers.contains(name: "Content-Length") {
                headers.add(name: "Content-Length", value: "0")
            }
            try await begin(answer.status, headers)
        case .document(let node):
            return try await send(text: node.document, answer.status, headers, faults)
        case .content(let content, let range):
            headers.add(name: "Content-Length", value: "\(range.count)")
            try await begin(answer.status, headers)
            try await send(content, range, faults)
        }
        try await exchange.outbound.write(.end(nil))
        return exchange.head.isKeepAlive
    }

    /// Sends that nothing was done, and why.
    func send(
        _ refusal: S3Refusal,
        keepsOpen: Bool,
        _ fields: [(String, String)] = []
    ) async throws -> Bool {
        simulator.log(exchange.number) { entry in
            entry.status = refusal.status
            entry.code = refusal.code
        }
        simulator.logger.debug("simulator refuses", metadata: ["error.type": "\(refusal.code)"])
        var headers = headers(fields)
        if !keepsOpen { headers.replaceOrAdd(name: "Connection", value: "close") }
        if exchange.head.method == .HEAD || refusal.status == 304 {
            // There is no body that could say more; without a length one would be made up, and taken for the next answer.
            if exchange.head.method == .HEAD { headers.add(name: "Content-Length", value: "0") }
            try await begin(refusal.status, headers)
            try await exchange.outbound.write(.end(nil))
        } else {
            _ = try await send(text: refusal.xml(requestID: requestID), refusal.status, headers, [])
        }
        return keepsOpen
    }

    /// Begins like a success and says in the body that it is none.
    func sendErrorInSuccess(keepsOpen: Bool) async throws -> Bool {
        simulator.log(exchange.number) { entry in
            entry.status = 200
            entry.code = S3Refusal.internalError.code
        }
        let text = S3Refusal.internalError.xml(requestID: requestID)
        return try await send(text: text, 200, headers([]), []) && keepsOpen
    }

    private func headers(_ fields: [(String, String)]) -> HTTPHeaders {
        var headers = HTTPHeaders(fields)
        headers.add(name: "x-amz-request-id", value: requestID)
        headers.add(name: "x-amz-id-2", value: "simulator")
        headers.add(name: "Date", value: S3Date.http(simulator.configuration.unixTime()))
        headers.add(name: "Server", value: "AmazonS3")
        return headers
    }

    private func begin(_ status: Int, _ headers: HTTPHeaders) async throws {
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)
        try await exchange.outbound.write(.head(head))
    }

    private func send(
        text: String,
        _ status: Int,
        _ headers: HTTPHeaders,
        _ faults: Set<S3Fault>
    ) async throws -> Bool {
        var headers = headers
        let bytes = ByteBuffer(string: text)
        headers.add(name: "Content-Type", value: "application/xml")
        headers.add(name: "Content-Length", value: "\(bytes.readableBytes)")
        try await begin(status, headers)
        let content = S3Content(.memory(bytes))
        try await send(content, 0..<content.length, faults)
        try await exchange.outbound.write(.end(nil))
        return exchange.head.isKeepAlive
    }

    private func send(_ content: S3Content, _ range: Range<Int64>, _ faults: Set<S3Fault>) async throws {
        let isTruncated = faults.contains(.truncatedBody)
        let end = isTruncated ? range.lowerBound + Int64(range.count) / 2 : range.upperBound
        try await content.read(range.lowerBound..<end) { chunk in
            for case .paced(let pace) in faults {
                try await Task.sleep(for: .seconds(Double(chunk.readableBytes) / Double(max(pace, 1))))
            }
            try await exchange.outbound.write(.body(.byteBuffer(chunk)))
            simulator.log(exchange.number) { $0.bytesSent += Int64(chunk.readableBytes) }
        }
        if isTruncated { try await exchange.cut() }
    }
}
