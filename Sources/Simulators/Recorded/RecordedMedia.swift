/// The small media library that the recordings under `Tests/Recordings` were made of; like ``RecordedLibrary`` it may never change.
package enum RecordedMedia {
    /// The id of the clip that is large enough for an upload in parts.
    package static let clipID = "RecordedClip1"
    /// The size of that clip: two parts of 8 MiB and a short one.
    package static let clipBytes: Int64 = 2 * (8 << 20) + 12_345
    /// The last stage.
    package static let lastStage = 3

    private static let start: Int64 = 1_735_722_000

    /// Makes the library as it was at a stage: 0 in the beginning, 1 after edits, 2 with a further video, 3 with a large clip.
    package static func make(stage: Int) -> SimulatedMediaLibrary {
        let library = SimulatedMediaLibrary([
            video(1, [40_000]), video(2, [9_000, 7_000, 5_000]), video(3, [30_000]), photo(4), burst(5),
        ])
        if stage >= 1 {
            library.add(video(6, [20_000]))
            library.delete(id("V", 3))
        }
        if stage >= 2 { library.add(video(7, [25_000])) }
        if stage >= 3 {
            library.add(
                .video(
                    id: clipID,
                    filename: "GX010777.MP4",
                    captured: start + 8_000_000,
                    created: start + 8_001_000,
                    chapters: [clipBytes]
                )
            )
        }
        return library
    }

    private static func video(_ number: Int, _ chapters: [Int64]) -> SimulatedMedium {
        let captured = start + Int64(number) * 700_000
        let name = "GX01060\(number).MP4"
        return .video(
            id: id("V", number),
            filename: name,
            captured: captured,
            created: captured + 500,
            chapters: chapters
        )
    }

    private static func photo(_ number: Int) -> SimulatedMedium {
        let captured = start + Int64(number) * 700_000
        return .photo(
            id: id("P", number),
            filename: "GOPR120\(number).JPG",
            captured: captured,
            created: captured + 500,
            size: 11_000,
            raw: 23_000
        )
    }

    /// More frames than a page of batches with one file each holds, so that a page can end within the group.
    private static func burst(_ number: Int) -> SimulatedMedium {
        let captured = start + Int64(number) * 700_000
        return .frames(
            id: id("B", number),
            filename: "G0011310.JPG",
            captured: captured,
            created: captured + 500,
            sizes: (0..<50).map { 300 + Int64($0) }
        )
    }

    private static func id(_ letter: String, _ number: Int) -> String { "Recorded\(letter)000\(number)" }
}
