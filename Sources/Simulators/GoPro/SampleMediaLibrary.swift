/// The media library of the demo: the same in every process.
package enum SampleMediaLibrary {
    private static let start: Int64 = 1_735_722_000

    /// A few dozen media of two years: videos of one and of several chapters, a burst, frames of a time-lapse, photos with
    /// and without a raw picture, a rendered edit and one that never was, and one that is still being uploaded.
    package static func make() -> SimulatedMediaLibrary {
        var media: [SimulatedMedium] = []
        for number in 0..<24 {
            let captured = start + Int64(number) * 26 * 24 * 3600
            let kilobytes = Int64(180 + (number * 7919) % 1400)
            let chapters = number % 6 == 5 ? [3_000 << 10, 3_000 << 10, kilobytes << 10] : [kilobytes << 10]
            // Counters wrap, so names repeat.
            let name = "GX01\(digits(600 + number % 20, 4)).MP4"
            media.append(
                .video(
                    id: id("V", number),
                    filename: name,
                    captured: captured,
                    created: captured + 5_000,
                    chapters: chapters
                )
            )
        }
        for number in 0..<12 {
            let captured = start + Int64(number) * 50 * 24 * 3600 + 777
            media.append(
                .photo(
                    id: id("P", number),
                    filename: "GOPR\(digits(1200 + number, 4)).JPG",
                    captured: captured,
                    created: captured + 9_000,
                    size: Int64(210 + number * 37) << 10,
                    raw: number % 4 == 0 ? Int64(900 + number) << 10 : nil
                )
            )
        }
        media.append(frames("B", "Burst", "G0011310.JPG", 10, day: 100))
        media.append(frames("T", "TimeLapse", "G0021400.JPG", 24, day: 200))
        media.append(.edit(id: id("E", 1), captured: start + 900_000, created: start + 910_000, size: 1_500 << 10))
        media.append(.edit(id: id("E", 2), captured: start + 920_000, created: start + 930_000, size: nil))
        var uploading = SimulatedMedium.video(
            id: id("U", 1),
            filename: "GX010999.MP4",
            captured: start + 60_000_000,
            created: start + 60_100_000,
            chapters: [1 << 20]
        )
        uploading.readiness = "uploading"
        uploading.isSizeKnown = false
        media.append(uploading)
        return SimulatedMediaLibrary(media)
    }

    private static func frames(
        _ letter: String,
        _ type: String,
        _ name: String,
        _ count: Int,
        day: Int64
    ) -> SimulatedMedium {
        let captured = start + day * 24 * 3600
        return .frames(
            id: id(letter, 1),
            type: type,
            filename: name,
            captured: captured,
            created: captured + 4_000,
            sizes: (0..<count).map { Int64(120 + $0 * 3) << 10 }
        )
    }

    private static func id(_ letter: String, _ number: Int) -> String { "Sample\(letter)" + digits(number, 6) }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
