import FoundationEssentials
import SyncCore

/// One original of a medium: the unit of work, and the handle of a file.
///
/// It says which entry of a download manifest is meant. It never holds an address.
struct MediaFile: HandleText, Hashable, Sendable {
    /// Which list of the manifest.
    enum Section: String, Codable, Sendable {
        case variations, files, sidecars
    }

    var id: MediaID
    var section: Section
    var label: String?
    var item: Int64?
    /// Where it stands among those that are alike in all of this, from 0. The order may differ from answer to answer.
    var ordinal: Int
    /// What tells it from those that are alike, and stays the same from answer to answer; nil where it is the only one, or
    /// nothing does.
    var mark: String?

    /// The mark of a file whose bytes alone tell it from others.
    static func mark(ofBytes size: Int64, etag: String?) -> String { "bytes/\(size)/\(etag ?? "")" }

    /// Whether a mark is one of bytes, so that the media host has to be asked which offer it names.
    static func isOfBytes(_ mark: String) -> Bool { mark.hasPrefix("bytes/") }
}

/// What is handed out as a text, and read back later.
protocol HandleText: Codable {}

extension HandleText {
    /// The value as the text of a handle.
    var handle: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Reads the text of a handle.
    ///
    /// - Throws: `CorruptContent` for one that this provider has not made.
    init(handle: String) throws(SyncError) {
        guard let value = try? JSONDecoder().decode(Self.self, from: Data(handle.utf8)) else {
            throw SyncError(.corruptContent, "the handle of a file is none of GoPro's")
        }
        self = value
    }
}
