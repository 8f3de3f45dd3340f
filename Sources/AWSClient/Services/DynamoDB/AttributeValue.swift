package import struct FoundationEssentials.Data

extension DynamoDB {
    /// A typed value of an attribute, on the wire an object of one field named after the type: `{"S": "text"}`.
    package enum AttributeValue: Sendable, Equatable, Codable {
        /// Text.
        case s(String)
        /// A number of up to 38 digits, in decimal.
        case n(String)
        /// Bytes; base64 on the wire.
        case b(Data)
        /// A truth value.
        case bool(Bool)
        /// Nothing.
        case null
        /// A map.
        case m([String: AttributeValue])
        /// A list.
        case l([AttributeValue])
        /// A set of texts.
        case ss([String])
        /// A set of numbers.
        case ns([String])
        /// A set of byte strings.
        case bs([Data])

        private enum Key: String, CodingKey {
            case s = "S"
            case n = "N"
            case b = "B"
            case bool = "BOOL"
            case null = "NULL"
            case m = "M"
            case l = "L"
            case ss = "SS"
            case ns = "NS"
            case bs = "BS"
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            guard let key = container.allKeys.first, container.allKeys.count == 1 else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "not exactly one known type")
                )
            }
            switch key {
            case .s: self = .s(try container.decode(String.self, forKey: key))
            case .n: self = .n(try container.decode(String.self, forKey: key))
            case .b: self = .b(try container.decode(Data.self, forKey: key))
            case .bool: self = .bool(try container.decode(Bool.self, forKey: key))
            case .null: self = .null
            case .m: self = .m(try container.decode([String: AttributeValue].self, forKey: key))
            case .l: self = .l(try container.decode([AttributeValue].self, forKey: key))
            case .ss: self = .ss(try container.decode([String].self, forKey: key))
            case .ns: self = .ns(try container.decode([String].self, forKey: key))
            case .bs: self = .bs(try container.decode([Data].self, forKey: key))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            switch self {
            case .s(let value): try container.encode(value, forKey: .s)
            case .n(let value): try container.encode(value, forKey: .n)
            case .b(let value): try container.encode(value, forKey: .b)
            case .bool(let value): try container.encode(value, forKey: .bool)
            case .null: try container.encode(true, forKey: .null)
            case .m(let value): try container.encode(value, forKey: .m)
            case .l(let value): try container.encode(value, forKey: .l)
            case .ss(let value): try container.encode(value, forKey: .ss)
            case .ns(let value): try container.encode(value, forKey: .ns)
            case .bs(let value): try container.encode(value, forKey: .bs)
            }
        }
    }

    /// Which attributes a write answers.
    package enum ReturnValue: String, Sendable, Codable {
        /// None.
        case none = "NONE"
        /// The whole item as it was.
        case allOld = "ALL_OLD"
        /// What was changed, as it was.
        case updatedOld = "UPDATED_OLD"
        /// The whole item as it is.
        case allNew = "ALL_NEW"
        /// What was changed, as it is.
        case updatedNew = "UPDATED_NEW"
    }
}

extension DynamoDB.AttributeValue {
    /// The text, when it is one.
    package var string: String? {
        if case .s(let value) = self { return value }
        return nil
    }

    /// The number, when it is a whole one that fits.
    package var integer: Int64? {
        if case .n(let value) = self { return Int64(value) }
        return nil
    }

    /// A whole number.
    package static func n(_ value: some BinaryInteger) -> Self {
        .n(String(value))
    }
}
