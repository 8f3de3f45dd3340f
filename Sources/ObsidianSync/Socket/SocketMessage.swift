import FoundationEssentials
import SyncCore

/// A text frame from the service. Which fields there are depends on what it says.
///
///     {"op":"push","uid":12545,"path":"<hex>","hash":"<hex>","size":1234,"mtime":1770399182173,"folder":false,
///      "deleted":false,"relatedpath":null}
///     {"op":"ready","version":12545}
///     {"size":5242908,"pieces":3,"deleted":false}
struct SocketMessage: Decodable, Sendable, Equatable {
    var op: String?
    var res: String?
    var status: String?
    var msg: String?
    var err: String?
    var error: String?
    var uid: Int64?
    var path: String?
    var hash: String?
    var size: Int64?
    var mtime: Int64?
    var folder: Bool?
    var deleted: Bool?
    var relatedpath: String?
    var version: Int64?
    var pieces: Int?

    /// Decodes a text frame.
    ///
    /// - Throws: `ProtocolChanged` when it is no such object.
    init(text: [UInt8]) throws(SyncError) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(text))
        } catch {
            throw SyncError(.protocolChanged, "Obsidian sent a message that cannot be read")
        }
    }

    /// The text of the error that the message is, in any of the forms that servers use.
    var errorText: String? {
        if let err { return err }
        if let error { return error }
        return res == "err" || status == "err" ? msg ?? "" : nil
    }
}
