import NIOCore
import NIOHTTP1
import Synchronization

/// One request and its answer.
struct S3Exchange {
    typealias Parts = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator

    /// The connection was cut on purpose.
    struct Cut: Error {}

    let simulator: S3Simulator
    let head: HTTPRequestHead
    let channel: any Channel
    let outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    let number: Int

    init(
        simulator: S3Simulator,
        head: HTTPRequestHead,
        channel: any Channel,
        outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) {
        self.simulator = simulator
        self.head = head
        self.channel = channel
        self.outbound = outbound
        number = simulator.note(head)
    }

    /// Serves the request.
    ///
    /// - Returns: whether the connection stays open.
    func serve(_ parts: inout Parts) async throws -> Bool {
        let sender = S3AnswerSender(exchange: self)
        do {
            let operation = try? S3Operation(S3Request(head, below: simulator.configuration.basePath))
            let moment = operation.map { S3Moment(number: number, operation: $0, isDone: false) }
            let faults = moment.map { simulator.faults(at: $0) } ?? []
            if faults.contains(.resetBeforeBody) { try await cut() }
            let admission: S3Admission
            do {
                admission = try simulator.admit(head, faults: faults)
            } catch {
                guard try await drain(&parts) else {
                    _ = try await sender.send(error, keepsOpen: false)
                    return false
                }
                return try await sender.send(error, keepsOpen: head.isKeepAlive)
            }
            return try await serve(admission, &parts, sender)
        } catch let refusal as S3Refusal {
            return try await sender.send(refusal, keepsOpen: false)
        } catch is Cut {
            return false
        }
    }

    private func serve(
        _ admission: S3Admission,
        _ parts: inout Parts,
        _ sender: S3AnswerSender
    ) async throws -> Bool {
        if expectsContinue { try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue))) }
        let intake = S3BodyIntake(exchange: self, admission: admission)
        let body: Result<S3Store.Call.Body, S3Refusal>
        do {
            body = .success(try await intake.receive(&parts))
        } catch let refusal as S3Refusal where refusal != .incompleteBody {
            body = .failure(refusal)
        }
        let latency = simulator.configuration.latency
        if latency > .zero { try await Task.sleep(for: latency) }
        let faults = admission.faults
        for case .stall(let duration) in faults { try await Task.sleep(for: duration) }
        if faults.contains(.resetAfterBody) { try await cut() }
        for case .slowDown(let seconds) in faults {
            let fields = seconds.map { [("Retry-After", "\($0)")] } ?? []
            return try await sender.send(.slowDown, keepsOpen: head.isKeepAlive, fields)
        }
        if faults.contains(.internalError) {
            return try await sender.send(.internalError, keepsOpen: head.isKeepAlive)
        }
        if faults.contains(.errorInSuccess) {
            return try await sender.sendErrorInSuccess(keepsOpen: head.isKeepAlive)
        }
        var answer: S3Store.Answer
        do {
            answer = try simulator.perform(admission, body.get())
            simulator.state.withLock { $0.lacks }.hide(in: &answer)
        } catch {
            return try await sender.send(error, keepsOpen: head.isKeepAlive)
        }
        let late = simulator.faults(at: S3Moment(number: number, operation: admission.operation, isDone: true))
        if faults.union(late).contains(.lostReply) { try await cut() }
        return try await sender.send(answer, faults)
    }

    private var expectsContinue: Bool {
        head.headers.first(name: "expect")?.lowercased() == "100-continue"
    }

    /// Reads the body of a refused request and throws it away, so that the client gets to read the answer.
    ///
    /// - Returns: false where the client waits before it sends a body: then there is nothing to read.
    private func drain(_ parts: inout Parts) async throws -> Bool {
        if expectsContinue { return false }
        while let part = try await parts.next(isolation: #isolation) {
            if case .end = part { return true }
        }
        return false
    }

    /// Resets the connection.
    func cut() async throws {
        await channel.reset()
        throw Cut()
    }
}
