import LoopbackGuard
import NIOCore
import NIOHTTP1

/// One connection of a loopback server.
struct LoopbackConnection: Sendable {
    private typealias HTTPChannel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    private typealias Writer = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>

    let channel: any Channel
    let options: LoopbackServerOptions
    let handler: @Sendable (LoopbackRequest) async -> LoopbackResponse

    func run() async {
        do {
            // The channel is wrapped here and not where it is accepted: a wrapped channel must be used, and one that
            // is accepted in the moment the server ends is not.
            let http = try await channel.eventLoop.submit { [channel] in
                guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
                try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                try channel.pipeline.syncOperations.addHandler(LoopbackGuard())
                return try HTTPChannel(wrappingChannelSynchronously: channel)
            }.get()
            try await http.executeThenClose { inbound, outbound in
                try await channel.setOption(.autoRead, value: true).get()
                var assembler = RequestAssembler(bodyLimit: options.bodyLimit)
                for try await part in inbound {
                    guard try await perform(assembler.receive(part), on: outbound) else { return }
                }
            }
        } catch {
            // The other side went away or sent something that is not HTTP; neither concerns the other connections.
        }
    }

    /// Performs an action and tells whether the connection stays open.
    private func perform(_ action: RequestAssembler.Action, on outbound: Writer) async throws -> Bool {
        switch action {
        case .wait:
            return true
        case .sendContinue:
            try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
            return true
        case .refuseTooLarge(let keepAlive):
            try await write(options.tooLarge, keepAlive: keepAlive, to: outbound)
            return keepAlive
        case .handle(let request, let keepAlive):
            try await write(await handler(request), keepAlive: keepAlive, to: outbound)
            return keepAlive
        }
    }

    private func write(_ response: LoopbackResponse, keepAlive: Bool, to outbound: Writer) async throws {
        var head = HTTPResponseHead(version: .http1_1, status: response.status, headers: response.headers)
        if response.status.mayHaveResponseBody {
            head.headers.replaceOrAdd(name: "Content-Length", value: String(response.body.readableBytes))
        }
        if !keepAlive {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        }
        try await outbound.write(.head(head))
        if response.status.mayHaveResponseBody, response.body.readableBytes > 0 {
            try await outbound.write(.body(.byteBuffer(response.body)))
        }
        try await outbound.write(.end(nil))
    }
}
