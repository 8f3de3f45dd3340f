import FoundationEssentials

/// Reads and writes the JSON of function events, with errors that name the field.
package enum FunctionJSON {
    /// Decodes an event.
    ///
    /// - Throws: `InvalidInput` naming the field that is missing or of the wrong type.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from json: some Collection<UInt8>
    ) throws(SyncError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(json))
        } catch let error as DecodingError {
            throw SyncError(.invalidInput, sentence(for: error))
        } catch let error as SyncError {
            throw error
        } catch {
            throw SyncError(.invalidInput, "the input cannot be read")
        }
    }

    /// Encodes an answer, with sorted keys.
    ///
    /// - Throws: what the encoder throws.
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    private static func sentence(for error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "the field \(name(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "the field \(name(context.codingPath)) has the wrong type"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "the input is not a JSON object"
        case .dataCorrupted(let context):
            "the field \(name(context.codingPath)) has a value that is not allowed"
        @unknown default:
            "the input cannot be read"
        }
    }

    private static func name(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "(the whole input)" : path.map(\.stringValue).joined(separator: ".")
    }
}
