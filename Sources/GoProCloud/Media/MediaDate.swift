import Clocks
import FoundationEssentials
import SyncCore

/// Dates as the service writes them: `2026-08-23T09:15:00Z`, in UTC.
enum MediaDate {
    /// The moment that a text names; nil when it is no date between 1970 and 9999.
    static func timestamp(_ text: String) -> Timestamp? {
        guard
            let date = (try? Date(text, strategy: .iso8601))
                ?? (try? Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text))
        else { return nil }
        let seconds = date.timeIntervalSince1970
        guard seconds >= 0, seconds < 253_402_300_800 else { return nil }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }

    /// Year and month as folders, such as `2026/08`; `undated` where no date is known.
    static func folder(_ moment: Timestamp?) -> String {
        guard let moment else { return "undated" }
        let text = moment.iso8601
        return "\(text.prefix(4))/\(text.dropFirst(5).prefix(2))"
    }
}
