import NIOCore
import NIOWebSocket
import SyncCore

/// Everything that is ever sent over a socket. Nothing among it changes anything at the service.
enum SocketRequest: Sendable {
    /// Opens a vault; a listing follows.
    case open(Opening)
    /// Asks for the body of a version.
    case pull(uid: Int64)
    /// Asks for a sign of life.
    case ping

    /// What `init` says. It holds two secrets, the token and the key hash: it is never logged.
    struct Opening: Sendable {
        var token: String
        var vault: VaultID
        var keyHash: String
        var encryptionVersion: Int
        /// The uid up to which everything is known.
        var version: Int64 = 0
        /// Whether a snapshot is wanted rather than what came after `version`.
        var isInitial = true
    }

    private var json: JSON {
        switch self {
        case .open(let opening):
            .object([
                "op": .string("init"),
                "token": .string(opening.token),
                "id": .string(opening.vault.rawValue),
                "keyhash": .string(opening.keyHash),
                "version": .integer(opening.version),
                "initial": .bool(opening.isInitial),
                "device": .string("obsync"),
                "encryption_version": .integer(Int64(opening.encryptionVersion)),
            ])
        case .pull(let uid):
            .object(["op": .string("pull"), "uid": .integer(uid)])
        case .ping:
            .object(["op": .string("ping")])
        }
    }

    /// The text frame that says it.
    var frame: WebSocketFrame {
        get throws {
            WebSocketFrame(
                fin: true,
                opcode: .text,
                maskKey: .random(),
                data: ByteBuffer(bytes: try FunctionJSON.encode(json))
            )
        }
    }
}
