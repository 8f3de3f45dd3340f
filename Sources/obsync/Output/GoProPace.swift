import SyncCore

/// What it costs that GoPro is asked for single media at a gentle pace.
struct GoProPace {
    private let mediaPerSecond: Double

    /// Reads the pace that the provider keeps.
    init(environment: [String: String]) {
        mediaPerSecond = environment["GOPRO_RESOLVES_PER_SECOND"].flatMap { Double($0) } ?? 2
    }

    /// What to say before so many media are fetched; nil where it is not worth a word.
    func sentence(media: Int) -> String? {
        guard mediaPerSecond > 0 else { return nil }
        let time = Duration.seconds(Int64(Double(media) / mediaPerSecond))
        guard time >= .seconds(60) else { return nil }
        let pace = mediaPerSecond == mediaPerSecond.rounded() ? String(Int(mediaPerSecond)) : String(mediaPerSecond)
        return
            "GoPro is asked for at most \(pace) media a second: fetching all \(media.grouped) takes at least \(time.inWords)"
    }
}
