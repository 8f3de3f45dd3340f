import FoundationEssentials
package import NIOCore

/// Makes a handler over bytes of one over `Codable` values.
package struct LambdaCodableAdapter<Handler: LambdaHandler>: BufferedLambdaHandler {
    private let handler: Handler

    /// Wraps a handler.
    package init(handler: Handler) {
        self.handler = handler
    }

    /// Decodes the event, calls the handler and encodes its output.
    ///
    /// - Throws: ``LambdaRuntimeError`` with code `invalidInput`, naming the field, when the event does not decode;
    ///   whatever the handler throws; `EncodingError` when the output does not encode.
    package func handle(_ event: ByteBuffer, context: LambdaContext) async throws -> ByteBuffer {
        let decoded = try decode(event)
        let output = try await handler.handle(decoded, context: context)
        return ByteBuffer(bytes: try JSONEncoder().encode(output))
    }

    private func decode(_ event: ByteBuffer) throws(LambdaRuntimeError) -> Handler.Event {
        do {
            return try JSONDecoder().decode(Handler.Event.self, from: Data(event.readableBytesView))
        } catch let error as DecodingError {
            throw LambdaRuntimeError(.invalidInput, EventDecodingFailure.message(for: error))
        } catch let error as LambdaRuntimeError {
            throw error
        } catch {
            // An event type may refuse values with an error of its own, which may quote them.
            throw LambdaRuntimeError(.invalidInput, "the event was refused by its type (\(type(of: error)))")
        }
    }
}
