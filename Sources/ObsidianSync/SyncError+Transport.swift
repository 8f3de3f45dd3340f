import HTTPTransport
import SyncCore

extension SyncError {
    /// The error of a request or socket that came to no answer.
    ///
    /// - Parameters:
    ///   - error: what the transport says.
    ///   - place: whom nobody could reach, as in "Obsidian cannot be reached".
    init(_ error: TransportError, reaching place: String) {
        switch error.code {
        case .certificateRefused:
            self.init(
                .invalidConfiguration,
                "\(place) cannot be reached: \(error.message)",
                reason: "CERTIFICATE_VERIFY_FAILED",
                underlying: error
            )
        case .invalidConfiguration:
            self.init(.invalidConfiguration, "\(place) cannot be reached: \(error.message)", underlying: error)
        case .connectionFailed:
            self.init(.sourceUnavailable, "\(place) cannot be reached: \(error.message)", underlying: error)
        default:
            self.init(.sourceUnavailable, "\(place) cannot be reached", underlying: error)
        }
    }
}
