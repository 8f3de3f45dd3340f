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
        /// Whether it can be fetched.
        var isAvailable: Bool
        /// Whether the service says itself that it cannot be fetched.
        var isWithheld: Bool
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
            isWithheld = container.lenientText(.available) == "false"
            isAvailable = url != nil && !isWithheld
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
        if medium.isEdit, let rendered = renderedFile(besides: labelled, medium.id) { return [rendered] }
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

    /// What an edit was rendered to, where it is labelled as a source without an address and stands among the files instead.
    private func renderedFile(besides labelled: [Named], _ id: MediaID) -> Named? {
        guard !labelled.isEmpty, labelled.allSatisfy({ $0.offer.url == nil && !$0.offer.isWithheld }) else {
            return nil
        }
        let files = named(.files, lists.files, id)
        return files.count == 1 ? files.first { $0.offer.isAvailable } : nil
    }

    /// The offers among which a file is, in the order of the answer: one, unless nothing but their bytes tells them apart.
    func candidates(for file: MediaFile) -> [Offer] {
        let alike = named(file.section, list(file.section), file.id).filter {
            $0.file.label == file.label && $0.file.item == file.item
        }
        if let mark = file.mark, !MediaFile.isOfBytes(mark) {
            return alike.filter { $0.file.mark == mark }.map(\.offer)
        }
        if file.mark != nil { return alike.map(\.offer) }
        return alike.indices.contains(file.ordinal) ? [alike[file.ordinal].offer] : []
    }

    /// The original that stands for a medium of which nothing was known when its file was named.
    func standIn(for file: MediaFile) -> Offer? {
        guard file.section == .variations, file.label == "source", file.item == nil, file.ordinal == 0 else {
            return nil
        }
        let originals = named(.variations, lists.variations, file.id).filter {
            Self.originalLabels.contains($0.file.label ?? "")
        }
        return originals.min { FileNames.precedes($0.file, $1.file) }?.offer
    }

    private func list(_ section: MediaFile.Section) -> [Offer] {
        switch section {
        case .variations: lists.variations
        case .files: lists.files
        case .sidecars: lists.sidecars
        }
    }

    private func named(_ section: MediaFile.Section, _ offers: [Offer], _ id: MediaID) -> [Named] {
        var found = offers.map { offer in
            let file = MediaFile(id: id, section: section, label: offer.label, item: offer.item, ordinal: 0)
            return Named(file: file, offer: offer)
        }
        for alike in Dictionary(grouping: found.indices, by: { found[$0].file }).values where alike.count > 1 {
            let marks = Self.marks(alike.map { offers[$0] })
            for (ordinal, index) in alike.enumerated() {
                found[index].file.ordinal = ordinal
                found[index].file.mark = marks[ordinal]
            }
        }
        return found
    }

    /// What tells offers apart that are alike: the file names in their addresses, or else the numbers of their paths.
    private static func marks(_ offers: [Offer]) -> [String?] {
        let ways: [(String) -> String?] = [
            { SignedAddress.fileName(in: $0).map { "name/\($0)" } },
            { SignedAddress.number(in: $0).map { "number/\($0)" } },
        ]
        for way in ways {
            let marks = offers.map { $0.url.flatMap(way) }
            let isEachNamed = zip(offers, marks).allSatisfy { offer, mark in offer.url == nil || mark != nil }
            let named = marks.compactMap { $0 }
            if isEachNamed, Set(named).count == named.count { return marks }
        }
        return offers.map { _ in nil }
    }
}
