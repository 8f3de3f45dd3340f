/// Puts a decoding error into words that name the field and never its value.
enum EventDecodingFailure {
    /// The sentence for an error, for example "required field `vaults[0].vault_id` is missing".
    static func message(for error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            return "required field `\(path(context.codingPath + [key]))` is missing"
        case .valueNotFound(_, let context):
            return "\(subject(context)) is null"
        case .typeMismatch(let type, let context):
            return "\(subject(context)) is not of the expected type \(type)"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            return "the event is not valid JSON"
        case .dataCorrupted(let context):
            return "\(subject(context)) has a value that is not allowed"
        @unknown default:
            return "the event cannot be decoded"
        }
    }

    private static func subject(_ context: DecodingError.Context) -> String {
        context.codingPath.isEmpty ? "the event" : "field `\(path(context.codingPath))`"
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}
