import FoundationEssentials

/// One medium of a simulated library, with everything that its download manifest offers.
package struct SimulatedMedium: Sendable {
    /// One file that is offered.
    package struct File: Sendable {
        /// Which list of the manifest it stands in.
        package enum Section: String, Sendable {
            case variations, files
            case sidecars = "sidecar_files"
        }

        /// Which list it stands in.
        package var section: Section
        /// What kind of file it is; entries of `files` have none.
        package var label: String?
        /// Its extension.
        package var type: String
        /// The chapter or frame.
        package var item: Int?
        /// Bytes.
        package var size: Int64
        /// Whether it can be fetched.
        package var isAvailable = true
        /// The name in its signed address.
        package var name: String?
        /// The name that a mirror has to give it; nil for what is no original.
        package var mirrorName: String?
        /// Tells the version of the bytes.
        package var revision = 1

        /// Makes a file.
        package init(
            _ section: Section,
            _ label: String?,
            type: String,
            item: Int? = nil,
            size: Int64,
            name: String? = nil,
            mirrorName: String? = nil
        ) {
            self.section = section
            self.label = label
            self.type = type
            self.item = item
            self.size = size
            self.name = name
            self.mirrorName = mirrorName
        }
    }

    /// 13 letters and digits.
    package var id: String
    /// What the camera called it.
    package var filename: String?
    /// Such as `Video`.
    package var type: String
    /// The extension in the listing.
    package var fileExtension: String
    /// When it was captured, in seconds since 1970.
    package var captured: Int64?
    /// When it was uploaded, in seconds since 1970.
    package var created: Int64?
    /// Whether it can be looked at.
    package var readiness = "ready"
    /// Whether the listing says how large it is.
    package var isSizeKnown = true
    /// The size in the listing, where it is not that of the originals.
    package var listedSize: Int64?
    /// Chapters or frames.
    package var itemCount: Int?
    /// Such as `edl` for an edit.
    package var playAs: String?
    /// Such as `user_created` for an edit.
    package var editType: String?
    /// Whether it was deleted: its addresses answer 404, and it is not listed.
    package var isDeleted = false
    /// Whether its numbers come as text.
    package var writesNumbersAsText = false
    /// What it offers.
    package var files: [File]

    /// Makes a medium.
    package init(
        id: String,
        filename: String?,
        type: String,
        fileExtension: String,
        captured: Int64?,
        created: Int64?,
        itemCount: Int? = 1,
        files: [File]
    ) {
        self.id = id
        self.filename = filename
        self.type = type
        self.fileExtension = fileExtension
        self.captured = captured
        self.created = created
        self.itemCount = itemCount
        self.files = files
    }

    /// The folder that a mirror has to put it into.
    package var folder: String {
        guard let moment = captured ?? created else { return "undated/\(id)" }
        let date = Self.date(moment)
        return "\(date.prefix(4))/\(date.dropFirst(5).prefix(2))/\(id)"
    }

    /// The bytes of one of its files.
    package func content(_ index: Int) -> GeneratedBytes {
        GeneratedBytes(name: "\(id)/\(index)/\(files[index].revision)")
    }

    /// A file's mark.
    func etag(_ index: Int) -> String { "\"\(String(content(index).seed, radix: 16))\"" }

    /// A date as the service writes it.
    static func date(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
}

extension SimulatedMedium {
    private static func proxies(_ item: Int?, type: String = "mp4") -> [File] {
        // In the places where somebody who does not look at labels would look for the original.
        [
            File(.variations, "edit_proxy", type: type, item: item, size: 7),
            File(.files, nil, type: type, item: 1, size: 9),
        ]
    }

    /// A video of so many chapters; all of them bear the same name, as the service gives it.
    package static func video(
        id: String,
        filename: String?,
        captured: Int64?,
        created: Int64?,
        chapters: [Int64]
    ) -> SimulatedMedium {
        let base = filename ?? "\(id).mp4"
        let stem = base.prefix { $0 != "." }
        let sources = chapters.enumerated().map { index, size in
            let isFirst = index == 0
            return File(
                .variations,
                "source",
                type: "mp4",
                item: chapters.count > 1 ? index + 1 : nil,
                size: size,
                name: filename,
                mirrorName: isFirst ? base : "\(stem)-\(index + 1).\(base.dropFirst(stem.count + 1))"
            )
        }
        return SimulatedMedium(
            id: id,
            filename: filename,
            type: "Video",
            fileExtension: "MP4",
            captured: captured,
            created: created,
            itemCount: chapters.count,
            files: proxies(nil) + sources.reversed() + [File(.sidecars, "gpmf", type: "mp4", item: 1, size: 5)]
        )
    }

    /// A photo, with its raw picture perhaps.
    package static func photo(
        id: String,
        filename: String,
        captured: Int64?,
        created: Int64?,
        size: Int64,
        raw: Int64? = nil
    ) -> SimulatedMedium {
        let stem = filename.prefix { $0 != "." }
        var files = [
            File(.variations, "large", type: "jpg", size: 6),
            File(.variations, "source", type: "jpg", size: size, name: filename, mirrorName: filename),
            File(.files, nil, type: "jpg", item: 1, size: size),
        ]
        if let raw {
            files.append(
                File(.variations, "raw_photo", type: "gpr", size: raw, name: filename, mirrorName: "\(stem).GPR")
            )
        }
        return SimulatedMedium(
            id: id,
            filename: filename,
            type: "Photo",
            fileExtension: "JPG",
            captured: captured,
            created: created,
            files: files
        )
    }

    /// A burst or a series of pictures.
    package static func frames(
        id: String,
        type: String = "Burst",
        filename: String,
        captured: Int64?,
        created: Int64?,
        sizes: [Int64]
    ) -> SimulatedMedium {
        let stem = filename.prefix { $0 != "." }
        let frames = sizes.enumerated().map { index, size in
            File(
                .files,
                nil,
                type: "jpg",
                item: index + 1,
                size: size,
                name: filename,
                mirrorName: index == 0 ? filename : "\(stem)-\(index + 1).JPG"
            )
        }
        return SimulatedMedium(
            id: id,
            filename: filename,
            type: type,
            fileExtension: "JPG",
            captured: captured,
            created: created,
            itemCount: sizes.count,
            files: frames + [File(.sidecars, "zip", type: "zip", size: 11)]
        )
    }

    /// A rendered edit, of which no listing tells the size; without a size it was never rendered.
    package static func edit(id: String, captured: Int64?, created: Int64?, size: Int64?) -> SimulatedMedium {
        var medium = SimulatedMedium(
            id: id,
            filename: nil,
            type: "MultiClipEdit",
            fileExtension: "json",
            captured: captured,
            created: created,
            itemCount: 4,
            files: [File(.variations, "mp4_low", type: "mp4", size: 8)]
        )
        medium.isSizeKnown = false
        if let size {
            medium.files.append(
                File(.variations, "baked_source", type: "mp4", size: size, mirrorName: "\(id).mp4")
            )
        } else {
            medium.playAs = "edl"
            medium.editType = "user_created"
        }
        return medium
    }
}
