import NIOCore
import NIOHTTP1

/// Puts the parts of requests on one connection together, holding no more of a body than the limit.
struct RequestAssembler {
    /// What to do after a part.
    enum Action: Equatable {
        /// Read on.
        case wait
        /// Tell the client to send its body, then read on.
        case sendContinue
        /// A request is complete.
        case handle(LoopbackRequest, keepAlive: Bool)
        /// A request is complete, but its body was dropped for its size.
        case refuseTooLarge(keepAlive: Bool)
    }

    private let bodyLimit: Int
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var isTooLarge = false

    init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    mutating func receive(_ part: HTTPServerRequestPart) -> Action {
        switch part {
        case .head(let head):
            return begin(head)
        case .body(var chunk):
            if isTooLarge || chunk.readableBytes > bodyLimit - body.readableBytes {
                // The rest is read and dropped: a client that is still sending would not see an early answer.
                isTooLarge = true
                body = ByteBuffer()
            } else {
                body.writeBuffer(&chunk)
            }
            return .wait
        case .end:
            return finish()
        }
    }

    private mutating func begin(_ head: HTTPRequestHead) -> Action {
        self.head = head
        body = ByteBuffer()
        isTooLarge = head.headers.first(name: "Content-Length").flatMap(Int.init).map { $0 > bodyLimit } ?? false
        let expectation = head.headers.first(name: "Expect")?.lowercased()
        return expectation == "100-continue" ? .sendContinue : .wait
    }

    private mutating func finish() -> Action {
        guard let head else { return .wait }
        let request = LoopbackRequest(method: head.method, uri: head.uri, headers: head.headers, body: body)
        let wasTooLarge = isTooLarge
        self.head = nil
        body = ByteBuffer()
        isTooLarge = false
        return wasTooLarge
            ? .refuseTooLarge(keepAlive: head.isKeepAlive) : .handle(request, keepAlive: head.isKeepAlive)
    }
}
