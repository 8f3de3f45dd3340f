import HTTPTransport
import SyncCore

/// Runs `body` with a transport that goes the ways that the environment names: its proxies and its further roots.
///
/// - Throws: `InvalidConfiguration` naming the variable; what `body` throws.
func withTransport<Result: Sendable>(
    _ environment: [String: String],
    _ body: (AsyncHTTPClientTransport) async throws -> Result
) async throws -> Result {
    do {
        return try await AsyncHTTPClientTransport.with(TransportConfiguration(environment: environment), body)
    } catch let error as TransportError where error.code == .invalidConfiguration {
        throw SyncError(.invalidConfiguration, error.message)
    }
}
