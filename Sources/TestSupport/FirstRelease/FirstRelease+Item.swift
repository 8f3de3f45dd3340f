// What stands in the table.

extension FirstRelease {
    /// A file's item of the table, in DynamoDB's JSON.
    package struct Item: Decodable {
        /// A text.
        package struct Text: Decodable {
            var text: String

            private enum CodingKeys: String, CodingKey {
                case text = "S"
            }
        }

        /// A number.
        package struct Number: Decodable {
            var text: String

            private enum CodingKeys: String, CodingKey {
                case text = "N"
            }

            package init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                text = try container.decode(String.self, forKey: .text)
                guard Int64(text) != nil else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .text,
                        in: container,
                        debugDescription: "not a whole number"
                    )
                }
            }
        }

        /// Bytes, or a text.
        package struct TextOrBytes: Decodable {
            package init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: Key.self)
                guard container.contains(.text) || container.contains(.bytes) else {
                    throw DecodingError.dataCorrupted(
                        .init(codingPath: decoder.codingPath, debugDescription: "neither text nor bytes")
                    )
                }
            }

            private enum Key: String, CodingKey {
                case text = "S"
                case bytes = "B"
            }
        }

        var vaultID: Text
        var item: Text
        var path: Text?
        /// The status, where it is not `COMPLETED`.
        package var s: Text?
        var v: Number
        var e: Text
        var h: Text?
        var n: Number?
        var d: TextOrBytes?
        var c: Text?
        var m: Number?
        var r: TextOrBytes
        var f: Number?
        var l: Number?
        var a: Number?
        var x: Text?
        /// The checkpoint, as JSON.
        package var t: Text?
        var pendingSince: Number?

        private enum CodingKeys: String, CodingKey {
            case item, path, s, v, e, h, n, d, c, m, r, f, l, a, x, t
            case vaultID = "vault_id"
            case pendingSince = "pending_since"
        }

        /// What the first release would stumble over; nil where it reads the item.
        package var obstacle: String? {
            if let s, FileRecord.Status(rawValue: s.text) == nil { return "the status \(s.text)" }
            if path == nil, !item.text.hasPrefix("file#") { return "the key \(item.text)" }
            return nil
        }

        /// The text of the checkpoint, if there is one.
        package var checkpoint: String? { t?.text }
    }
}
