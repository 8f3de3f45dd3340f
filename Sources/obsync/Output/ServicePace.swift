import Providers
import SyncCore

/// What it costs that a service is asked for single media at a gentle pace.
struct ServicePace {
    private let title: String
    private let mediaPerSecond: Double

    /// Reads the pace that a provider keeps; nil for one that keeps none.
    init?(_ provider: ProviderDescription, _ environment: [String: String]) {
        guard let pace = provider.pace else { return nil }
        title = provider.title
        mediaPerSecond = environment[pace.variable].flatMap { Double($0) } ?? pace.usual
    }

    /// What to say before so many media are fetched; nil where it is not worth a word.
    func sentence(media: Int) -> String? {
        guard mediaPerSecond > 0 else { return nil }
        let time = Duration.seconds(Int64(Double(media) / mediaPerSecond))
        guard time >= .seconds(60) else { return nil }
        let pace = mediaPerSecond == mediaPerSecond.rounded() ? String(Int(mediaPerSecond)) : String(mediaPerSecond)
        return
            "\(title) is asked for at most \(pace) media a second: fetching all \(media.grouped) takes at least \(time.inWords)"
    }
}
