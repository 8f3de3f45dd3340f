import Clocks
import SyncCore

/// One row of the listing. Only `id` has to be there.
///
///     {"id": "Ab3dE6gH9jK2m", "filename": "GX010639.MP4", "file_extension": "mp4", "file_size": 4004323122,
///      "captured_at": "2026-08-23T09:15:00Z", "created_at": "2026-08-23T18:02:11Z", "type": "Video",
///      "ready_to_view": "ready", "item_count": 1}
struct MediaRow: Decodable, Sendable {
    let id: MediaID
    let created: Timestamp?
    let captured: Timestamp?
    /// Whether its originals can be asked for. A size says nothing about that: edits never have one.
    let isReady: Bool
    let size: Int64?
    let medium: Medium
    /// The account's id. The service sends it unasked; it is never stored or logged as it is.
    let owner: String?

    private enum CodingKeys: String, CodingKey {
        case id, filename, type
        case fileExtension = "file_extension"
        case size = "file_size"
        case captured = "captured_at"
        case created = "created_at"
        case readiness = "ready_to_view"
        case items = "item_count"
        case playAs = "play_as"
        case editType = "mce_type"
        case owner = "gopro_user_id"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let id = MediaID(rawValue: try container.decode(String.self, forKey: .id)) else {
            throw DecodingError.dataCorruptedError(forKey: .id, in: container, debugDescription: "no id")
        }
        self.id = id
        created = container.lenientText(.created).flatMap(MediaDate.timestamp)
        captured = container.lenientText(.captured).flatMap(MediaDate.timestamp)
        size = container.lenientInteger(.size).flatMap { (0...(1 << 44)).contains($0) ? $0 : nil }
        let readiness = container.lenientText(.readiness)
        isReady = readiness == nil || readiness == "ready" || readiness == "true"
        owner = container.lenientText(.owner)
        medium = Medium(
            id: id,
            name: container.lenientText(.filename),
            type: container.lenientText(.type),
            fileExtension: container.lenientText(.fileExtension)?.lowercased(),
            items: container.lenientInteger(.items),
            isProject: container.lenientText(.playAs) == "edl" || container.lenientText(.editType) == "user_created"
        )
    }

    /// The medium as an entry of the listing: everything of it lies below one folder.
    ///
    /// - Parameters:
    ///   - kind: a group, or what is unchanged.
    ///   - mayBeTakenApart: whether it may be taken apart although it is unchanged.
    /// - Returns: the entry.
    /// - Throws: what encoding its handle throws.
    func entry(_ kind: Entry.Kind, mayBeTakenApart: Bool = false) throws -> Entry {
        Entry(
            kind: kind,
            path: VaultPath("\(MediaDate.folder(captured ?? created))/\(id.rawValue)"),
            version: GoProProvider.version,
            handle: kind == .group || mayBeTakenApart ? try medium.handle : "",
            size: size,
            mtime: captured ?? created
        )
    }
}

/// What has to be known of a medium to tell its originals from the rest: the handle of a group.
struct Medium: HandleText, Hashable, Sendable {
    var id: MediaID
    /// What the camera called it; neither unique nor always there.
    var name: String?
    var type: String?
    var fileExtension: String?
    /// Chapters or frames.
    var items: Int64?
    /// Whether it is an edit that may never have been rendered.
    var isProject: Bool

    private enum CodingKeys: String, CodingKey {
        case id, name, type, items
        case fileExtension = "ext"
        case isProject = "project"
    }

    /// Whether it consists of pictures. Of a video, `files` holds re-encodings.
    var isOfPictures: Bool {
        let pictures = ["jpg", "jpeg", "gpr", "png", "heic", "insp"]
        return ["Photo", "Burst", "TimeLapse", "Continuous"].contains(type ?? "")
            || pictures.contains(fileExtension ?? "")
    }

    /// Whether it was made of other media.
    var isEdit: Bool { type == "MultiClipEdit" || type == "Edit" }

    /// How many originals there have to be, where the number of items says so.
    var expectedOriginals: Int {
        let isCounted = ["Video", "Chaptered", "Burst", "TimeLapse", "Continuous"].contains(type ?? "")
        return isCounted && !isProject ? Int(min(max(items ?? 1, 1), 100_000)) : 1
    }
}
