import HTTPTransport
package import NIOCore

/// The body of a request or of an answer: bytes in memory, or a sequence that is pulled once.
package struct AWSHTTPBody: AsyncSequence, Sendable {
    package typealias Element = ByteBuffer
    package typealias Failure = any Error

    private enum Source: Sendable {
        case buffer(ByteBuffer)
        case stream(any AsyncSequence<ByteBuffer, any Error> & Sendable, length: Int64?)
    }

    private let source: Source
    private let service: String
    private let operation: String

    /// Makes a body that is in memory. As a request's it can be sent again.
    package init(buffer: ByteBuffer) {
        source = .buffer(buffer)
        service = ""
        operation = ""
    }

    /// Makes a body that is pulled while it is sent, once; such a request is never repeated.
    ///
    /// - Parameters:
    ///   - asyncSequence: the bytes. It has to suspend between its elements, or they pile up in memory.
    ///   - length: how many bytes they are.
    package init(asyncSequence: any AsyncSequence<ByteBuffer, any Error> & Sendable, length: Int64) {
        source = .stream(asyncSequence, length: length)
        service = ""
        operation = ""
    }

    init(stream: any AsyncSequence<ByteBuffer, any Error> & Sendable, of request: AWSRequest) {
        source = .stream(stream, length: nil)
        service = request.service.name
        operation = request.operation
    }

    /// It as the body of a request; nil where the length is not known, which only answers leave open.
    var requestBody: HTTPRequestBody? {
        switch source {
        case .buffer(let buffer): .bytes(buffer)
        case .stream(let stream, let length): length.map { .stream(length: $0, stream) }
        }
    }

    /// Reads it into memory.
    ///
    /// - Parameter limit: the most bytes that are accepted.
    /// - Returns: all bytes.
    /// - Throws: ``AWSError`` with ``AWSErrorCode/malformedResponse`` when there are more.
    package func collect(upTo limit: Int) async throws -> ByteBuffer {
        if case .buffer(let buffer) = source, buffer.readableBytes <= limit { return buffer }
        var collected = ByteBuffer()
        for try await chunk in self {
            guard collected.readableBytes + chunk.readableBytes <= limit else {
                throw AWSError(
                    .malformedResponse,
                    message: "the answer is larger than \(limit) bytes",
                    service: service,
                    operation: operation
                )
            }
            collected.writeImmutableBuffer(chunk)
        }
        return collected
    }

    package func makeAsyncIterator() -> Iterator {
        switch source {
        case .buffer(let buffer):
            Iterator(base: BufferedBody(buffer).makeAsyncIterator(), service: service, operation: operation)
        case .stream(let stream, _):
            Iterator(base: stream.makeAsyncIterator(), service: service, operation: operation)
        }
    }

    /// Gives the chunks as they come; a broken connection is an ``AWSError``.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: any AsyncIteratorProtocol<ByteBuffer, any Error>
        fileprivate let service: String
        fileprivate let operation: String

        package mutating func next() async throws -> ByteBuffer? {
            try await next(isolation: nil)
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
            do {
                return try await base.next(isolation: actor)
            } catch let error as TransportError {
                throw AWSError(error, service: service, operation: operation)
            }
        }
    }
}

extension AWSError {
    /// Takes over an error of the transport.
    init(_ error: TransportError, service: String, operation: String) {
        let code: AWSErrorCode =
            switch error.code {
            case .connectionFailed, .connectionLost: .connectionFailed
            case .timedOut: .timedOut
            case .bodyTooLarge: .malformedResponse
            default: .invalidConfiguration
            }
        self.init(code, message: error.message, service: service, operation: operation)
    }
}
