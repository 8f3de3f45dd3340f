/// Any JSON value, for documents whose unknown parts have to survive.
package enum JSON: Codable, Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// The members of an object; nothing for any other value.
    package var members: [String: JSON] {
        if case .object(let members) = self { members } else { [:] }
    }

    /// The value at a path of member names.
    package subscript(path: ArraySlice<String>) -> JSON? {
        guard let first = path.first else { return self }
        return members[first]?[path.dropFirst()]
    }

    /// The same value with another one at a path of member names; objects are made on the way.
    package func setting(_ value: JSON, at path: ArraySlice<String>) -> JSON {
        guard let first = path.first else { return value }
        var changed = members
        changed[first] = (changed[first] ?? .object([:])).setting(value, at: path.dropFirst())
        return .object(changed)
    }
}
