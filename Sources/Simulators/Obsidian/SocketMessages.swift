import FoundationEssentials

/// A text message from a client: the fields of all operations.
struct SocketRequest: Decodable {
    var op: String
    var token: String?
    var id: String?
    var keyHash: String?
    var version: Int64?
    var initial: Bool?
    var encryptionVersion: Int?
    var uid: Int64?

    private enum CodingKeys: String, CodingKey {
        case op, token, id, version, initial, uid
        case keyHash = "keyhash"
        case encryptionVersion = "encryption_version"
    }
}

/// The answer to a successful `init`.
struct OpeningAnswer: Encodable {
    let res = "ok"
    let perFileMax = 209_715_200
    let userId = 1
}

/// The end of the listing.
struct ReadyMessage: Encodable {
    let op = "ready"
    let version: Int64
}

/// The answer to a `ping`.
struct PongMessage: Encodable {
    let op = "pong"
}

/// The answer to a `pull`; `pieces` binary frames follow, `size` bytes in all.
struct PullAnswer: Encodable {
    let size: Int
    let pieces: Int
    let deleted: Bool
}

/// The answer to `size`.
struct SizeAnswer: Encodable {
    let size: Int
    let limit = 10_737_418_240
}

extension ObsidianSimulator.OpeningErrorForm {
    /// The refusal of an `init` in this shape.
    func message(_ text: String) -> [String: String] {
        switch self {
        case .resultAndMessage: ["res": "err", "msg": text]
        case .statusAndMessage: ["status": "err", "msg": text]
        case .error: ["error": text]
        case .shortError: ["err": text]
        }
    }
}

/// Reads and writes the JSON of text frames.
enum SocketJSON {
    /// nil when it is not an object with an `op`, or a field has the wrong type.
    static func decode(_ bytes: [UInt8]) -> SocketRequest? {
        // The client is told that its message was not understood; why, is not worth more.
        try? JSONDecoder().decode(SocketRequest.self, from: Data(bytes))
    }

    static func encode(_ message: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(message))
    }
}
