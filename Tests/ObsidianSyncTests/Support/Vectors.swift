import Checksums
import FoundationEssentials
import ObsidianSync
import SyncCore

/// The known answers beside this folder, one list a file.
enum Vectors {
    struct Keys: Decodable, Sendable {
        let name, password, salt, normalizedPassword, normalizedSalt, key, macKey, nameKey: String
        /// For the versions 0, 2 and 3.
        let keyHashes: [String]
        /// For the versions 0 and 3.
        let contentKeys: [String]
    }

    struct Vault: Decodable, Sendable {
        let id, password, salt, key: String
        let keyHashes: [String]
    }

    /// A path or a hash, and its field in a record.
    struct Name: Decodable, Sendable {
        let vault: String
        let version: Int
        let text, sealed: String
    }

    struct Body: Decodable, Sendable {
        let vault: String
        let version: Int
        let name, content, body: String
    }

    struct LargeBody: Decodable, Sendable {
        let vault: String
        let version: Int
        let seed: String
        let size: Int
        let sha256, iv: String
        let pieceSizes: [Int]
        let pieceHashes: [String]
        let bodyHash, sealedHash: String
    }

    struct WrappingName: Decodable, Sendable {
        let vault: String
        let version: Int
        let text, sixteenBits, wholeBlock: String
    }

    struct Refused: Decodable, Sendable {
        let vault: String
        let version: Int
        let kind, why, sealed: String
    }

    struct OneTimeCode: Decodable, Sendable {
        let secret: String
        let seconds: Int64
        let code: String
    }

    static func keys() throws -> [Keys] { try list("keys") }
    static func vaults() throws -> [Vault] { try list("vaults") }
    static func names() throws -> [Name] { try list("names") }
    static func hashes() throws -> [Name] { try list("hashes") }
    static func bodies() throws -> [Body] { try list("bodies") }
    static func largeBodies() throws -> [LargeBody] { try list("large-bodies") }
    static func wrappingNames() throws -> [WrappingName] { try list("wrapping-names") }
    static func refused() throws -> [Refused] { try list("refused") }
    static func oneTimeCodes() throws -> [OneTimeCode] { try list("one-time-codes") }

    private static func list<Case: Decodable>(_ name: String, file: String = #filePath) throws -> [Case] {
        let tests = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
        let json = try Data(contentsOf: tests.appending(path: "Vectors/\(name).json"))
        return try JSONDecoder().decode([Case].self, from: json)
    }

    /// The keys of one of the two vaults that the lists speak of, for any of the three versions.
    static func keys(ofVault id: String, version: Int) throws -> VaultKeys {
        guard let vault = try vaults().first(where: { $0.id == id }),
            let version = EncryptionVersion(rawValue: version)
        else { throw SyncError(.invalidInput, "the vectors have no such vault or version") }
        return VaultKeys(key: try Hex.decoded(vault.key), salt: vault.salt, version: version)
    }
}
