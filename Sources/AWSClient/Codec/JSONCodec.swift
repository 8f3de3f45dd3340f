import FoundationEssentials
import NIOCore

/// JSON to and from buffers, with errors that name the operation and nothing of the content.
enum JSONCodec {
    static func encode(_ value: some Encodable, for request: AWSRequest) throws -> ByteBuffer {
        do {
            return ByteBuffer(bytes: try JSONEncoder().encode(value))
        } catch {
            throw AWSError(
                .invalidRequest,
                message: "the request cannot be written as JSON",
                service: request.service.name,
                operation: request.operation
            )
        }
    }

    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from buffer: ByteBuffer,
        for request: AWSRequest
    ) throws -> Value {
        if let quick = type as? any QuickJSONDecodable.Type,
            let value = buffer.withUnsafeReadableBytes({ quick.init(quick: $0) }) as? Value
        {
            return value
        }
        do {
            // An operation that has nothing to say may answer with no body at all.
            let data = buffer.readableBytes == 0 ? Data("{}".utf8) : Data(buffer.readableBytesView)
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw AWSError(
                .malformedResponse,
                message: "the answer is not the JSON that was expected",
                service: request.service.name,
                operation: request.operation
            )
        }
    }
}
