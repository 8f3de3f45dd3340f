import SyncCore

/// The answer to `GET /media/{id}/download`. Any list may be missing; no entry has a size.
///
///     {"filename": "GX010639.MP4",
///      "_embedded": {
///        "files": [{"item_number": 1, "url": "…", "head": "…"}],
///        "variations": [{"label": "source", "type": "mp4", "item_number": 1, "available": true, "url": "…", "head": "…"}],
///        "sidecar_files": [{"label": "gpmf", "type": "mp4", "url": "…", "head": "…"}]}}
struct DownloadManifest: Decodable, Sendable {
    /// One entry of a list.
    struct Offer: Decodable, Sendable {
        var label: String?
        var type: String?
        var item: Int64?
        var isAvailable: Bool
        var url: String?
        var head: String?

        private enum CodingKeys: String, CodingKey {
            case label, type, available, url, head
            case item = "item_number"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            label = container.lenientText(.label)
            type = container.lenientText(.type)?.lowercased()
            item = container.lenientInteger(.item)
            url = container.lenientText(.url)
            head = container.lenientText(.head)
            isAvailable = url != nil && container.lenientText(.available) != "false"
        }
    }

    /// An offer, and which one it is.
    struct Named: Sendable {
        var file: MediaFile
        var offer: Offer
    }

    private struct Lists: Decodable {
        var files, variations, sidecars: [Offer]

        private enum CodingKeys: String, CodingKey {
            case files, variations
            case sidecars = "sidecar_files"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            files = container.lenientList(.files)
            variations = container.lenientList(.variations)
            sidecars = container.lenientList(.sidecars)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case filename
        case embedded = "_embedded"
    }

    var filename: String?
    private var lists: Lists

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        filename = container.lenientText(.filename)
        lists = try container.decode(Lists.self, forKey: .embedded)
    }

    /// The labels of originals. Everything else is a re-encoding, however large: a proxy has been seen with the size of the
    /// source in pixels, and at the head of the list.
    private static let originalLabels: Set<String> = ["source", "raw_photo", "baked_source"]

    /// The originals, also those that cannot be fetched at present.
    ///
    /// Of pictures, `files` holds the frames: they count where there are more of them than variations labelled so.
    func originals(of medium: Medium) -> [Named] {
        let labelled = named(.variations, lists.variations, medium.id).filter {
            Self.originalLabels.contains($0.file.label ?? "")
        }
        guard medium.isOfPictures else { return labelled }
        let sources = labelled.filter { $0.file.label == "source" }
        guard lists.files.count > sources.count else { return labelled }
        return named(.files, lists.files, medium.id) + labelled.filter { $0.file.label != "source" }
    }

    /// Telemetry and the like. Archives of a whole set are made of the originals, and are left out.
    func sidecars(of medium: Medium) -> [Named] {
        named(.sidecars, lists.sidecars, medium.id).filter { $0.offer.isAvailable && $0.offer.label != "zip" }
    }

    /// All addresses of files.
    var addresses: [String] { (lists.variations + lists.files + lists.sidecars).compactMap(\.url) }

    /// The offer of one file.
    func offer(of file: MediaFile) -> Offer? {
        let list =
            switch file.section {
            case .variations: lists.variations
            case .files: lists.files
            case .sidecars: lists.sidecars
            }
        let alike = list.filter { $0.label == file.label && $0.item == file.item }
        return alike.indices.contains(file.ordinal) ? alike[file.ordinal] : nil
    }

    private func named(_ section: MediaFile.Section, _ offers: [Offer], _ id: MediaID) -> [Named] {
        var counts: [MediaFile: Int] = [:]
        return offers.map { offer in
            var file = MediaFile(id: id, section: section, label: offer.label, item: offer.item, ordinal: 0)
            let ordinal = counts[file, default: 0]
            counts[file] = ordinal + 1
            file.ordinal = ordinal
            return Named(file: file, offer: offer)
        }
    }
}
