import FoundationEssentials
import SyncCore

/// A text frame from the service. Which fields there are depends on what it says.
///
///     {"op":"push","uid":12545,"path":"<hex>","hash":"<hex>","size":1234,"mtime":1770399182173,"folder":false,
///      "deleted":false,"relatedpath":null}
///     {"op":"ready","version":12545}
///     {"size":5242908,"pieces":3,"deleted":false}
///
/// Servers write numbers as text, with a fraction, or not at all, and flags as 0 and 1. What a field means is taken from any
/// of these; what means nothing is as good as missing, and counted.
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
    var pieces: Int64?
    /// The fields that are there and mean nothing.
    var unusable: Set<String> = []

    private enum CodingKeys: String, CodingKey {
        case op, res, status, msg, err, error, uid, path, hash, size, mtime, folder, deleted, relatedpath, version,
            pieces
    }

    init(from decoder: any Decoder) throws {
        var fields = LooseFields(try decoder.container(keyedBy: CodingKeys.self))
        op = fields.text(.op)
        res = fields.text(.res)
        status = fields.text(.status)
        msg = fields.text(.msg)
        // An error is one whatever it looks like.
        err = fields.text(.err) ?? (fields.unusable.contains(CodingKeys.err.rawValue) ? "" : nil)
        error = fields.text(.error) ?? (fields.unusable.contains(CodingKeys.error.rawValue) ? "" : nil)
        uid = fields.integer(.uid)
        path = fields.text(.path)
        hash = fields.text(.hash)
        size = fields.integer(.size)
        mtime = fields.integer(.mtime)
        folder = fields.flag(.folder)
        deleted = fields.flag(.deleted)
        relatedpath = fields.text(.relatedpath)
        version = fields.integer(.version)
        pieces = fields.integer(.pieces)
        unusable = fields.unusable
    }

    /// Decodes a text frame.
    ///
    /// - Throws: `ProtocolChanged` when it is no object.
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

    /// What a record says of its path; nil where that cannot be told.
    var kind: Entry.Kind? {
        guard unusable.isDisjoint(with: [CodingKeys.folder.rawValue, CodingKeys.deleted.rawValue]) else { return nil }
        if deleted == true { return .deletion }
        return folder == true ? .folder : .file
    }
}

/// The fields of an object, read as what they mean rather than as they are written.
struct LooseFields<Key: CodingKey> {
    private let container: KeyedDecodingContainer<Key>
    /// The fields that are there, are not null, and mean nothing.
    private(set) var unusable: Set<String> = []

    /// Takes the fields of an object.
    init(_ container: KeyedDecodingContainer<Key>) {
        self.container = container
    }

    /// A text.
    mutating func text(_ key: Key) -> String? {
        guard isThere(key) else { return nil }
        if let text = try? container.decode(String.self, forKey: key) { return text }
        unusable.insert(key.stringValue)
        return nil
    }

    /// A whole number: what follows the point is cut off, and what is too large for 64 bits is the largest that is not.
    mutating func integer(_ key: Key) -> Int64? {
        guard isThere(key) else { return nil }
        if let number = try? container.decode(Int64.self, forKey: key) { return number }
        if let number = try? container.decode(Double.self, forKey: key) { return Self.whole(number) }
        if let text = try? container.decode(String.self, forKey: key) {
            if let number = Int64(text) { return number }
            if let number = Double(text), number.isFinite { return Self.whole(number) }
            // An empty text stands for nothing.
            if text.isEmpty { return nil }
        }
        unusable.insert(key.stringValue)
        return nil
    }

    /// Yes or no.
    mutating func flag(_ key: Key) -> Bool? {
        guard isThere(key) else { return nil }
        if let flag = try? container.decode(Bool.self, forKey: key) { return flag }
        if let number = try? container.decode(Double.self, forKey: key), number == 0 || number == 1 {
            return number == 1
        }
        switch (try? container.decode(String.self, forKey: key))?.lowercased() {
        case "true", "1": return true
        case "false", "0", "": return false
        default:
            unusable.insert(key.stringValue)
            return nil
        }
    }

    private func isThere(_ key: Key) -> Bool {
        container.contains(key) && (try? container.decodeNil(forKey: key)) == false
    }

    private static func whole(_ number: Double) -> Int64 {
        if number >= 0x1p63 { return .max }
        return number <= -0x1p63 ? .min : Int64(number.rounded(.down))
    }
}
