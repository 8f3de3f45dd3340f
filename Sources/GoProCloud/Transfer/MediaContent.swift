import Clocks
import HTTPTransport
import Logging
import NIOHTTP1
import SyncCore

/// The body of one original at the media hosts.
struct MediaContent: RangedContent {
    private static let failuresInARow = 5
    private static let backoff = Backoff(first: .seconds(1))
    /// So much of a body is read past, at most, where a host that gave a part before gives the whole now.
    private static let mostReadPast: Int64 = 256 << 20

    let file: MediaFile
    let host: MediaHost
    let manifests: ManifestCache
    let measure: MediaHost.Measure

    var size: Int64 { measure.size }
    var validator: String { "\(measure.etag ?? "")/\(size)" }
    private var account: GoProAccount { host.account }

    /// Asks for size and mark.
    ///
    /// - Parameters:
    ///   - file: which original.
    ///   - listed: the size that the listing states.
    ///   - host: what is asked.
    ///   - manifests: where the addresses come from.
    /// - Returns: the body, to be read.
    /// - Throws: `SourceGone`, `FileUnavailable`, `CorruptContent`, `Throttled`, `SourceUnavailable`; `ProtocolChanged` for a
    ///   foreign host.
    static func open(
        _ file: MediaFile,
        listed: Int64?,
        _ host: MediaHost,
        _ manifests: ManifestCache
    ) async throws -> MediaContent {
        var refused: String?
        while true {
            let offer = try await manifests.offer(of: file, besides: refused)
            do {
                let measure = try await host.measure(offer, listed: listed)
                try check(measure, listed: listed)
                return MediaContent(file: file, host: host, manifests: manifests, measure: measure)
            } catch let refusal as MediaHost.Refusal {
                guard refused == nil else { throw refusal.ofFreshAddress }
                refused = offer.url
            }
        }
    }

    /// The host's word counts more than the listing's, which has been seen to be somewhat too large, and to be cut to 32 bits.
    /// But no original is empty, and one that lacks much needs more than one statement.
    private static func check(_ measure: MediaHost.Measure, listed: Int64?) throws(SyncError) {
        if measure.size == 0, listed != 0 {
            throw SyncError(.corruptContent, "GoPro's media host gives an empty file for an original")
        }
        guard let listed, measure.statements < 2, measure.size < listed - listed / 100 else { return }
        throw SyncError(.corruptContent, "GoPro's media host gives much less of a file than the listing says there is")
    }

    func withRange<Result: Sendable>(
        _ range: Range<Int64>,
        _ body: (ByteStream) async throws -> Result
    ) async throws -> Result {
        try await body(MediaStream(content: self, range: range))
    }

    /// A body, and how much of it comes before what was asked for.
    struct Opened {
        var response: HTTPResponse
        var before: Int64
    }

    /// Opens the body from an offset; over and over where the host is in trouble, with a new address where the old one is
    /// refused.
    func open(_ range: Range<Int64>, _ failures: inout Int) async throws -> Opened {
        var refused: String?
        while true {
            let offer = try await manifests.offer(of: file, besides: refused)
            do {
                let response = try await host.send(request(range, offer))
                switch response.status {
                case 200, 206: return Opened(response: response, before: try before(range, response))
                case 416: throw Self.changed
                default: throw host.failure(response)
                }
            } catch let refusal as MediaHost.Refusal {
                guard refused == nil else { throw refusal.ofFreshAddress }
                refused = offer.url
            } catch let error as SyncError where Self.mayPass(error) {
                try await pause(after: &failures, error)
            }
        }
    }

    private func request(_ range: Range<Int64>, _ offer: DownloadManifest.Offer) -> HTTPRequest {
        var request = HTTPRequest(url: offer.url ?? "")
        guard measure.givesRanges else { return request }
        request.headers.add(name: "Range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        // A weak mark cannot be used for this; the answer's own is compared in any case.
        if let etag = measure.etag, !etag.hasPrefix("W/") { request.headers.add(name: "If-Range", value: etag) }
        return request
    }

    /// Waits before the body is opened again.
    ///
    /// - Throws: `error` after too many failures without a byte between them.
    func pause(after failures: inout Int, _ error: SyncError) async throws {
        failures += 1
        guard failures < Self.failuresInARow else { throw error }
        try await account.clock.sleep(for: Self.backoff.wait(after: failures, part: account.random()))
    }

    /// How much of the body comes before the range. Only a continuation of the very same content will do.
    private func before(_ range: Range<Int64>, _ response: HTTPResponse) throws -> Int64 {
        if let etag = measure.etag, let found = response.etag, found != etag { throw Self.changed }
        if response.status == 200 {
            // Without a mark nobody knows whether the whole is still the same.
            let isKnown = range.lowerBound == 0 || (measure.etag != nil && response.etag != nil)
            guard response.contentLength == size, isKnown else { throw Self.changed }
            guard !measure.givesRanges || range.lowerBound <= Self.mostReadPast else { throw Self.changed }
            return range.lowerBound
        }
        guard let part = ContentRange(response.headers), part.total == size, part.first == range.lowerBound,
            part.last < range.upperBound
        else { throw Self.changed }
        return 0
    }

    /// Whether the body is opened again here. How long the host wants quiet is for the caller to judge, who knows how much
    /// time is left.
    private static func mayPass(_ error: SyncError) -> Bool {
        error.name == .sourceUnavailable && error.retryAfter == nil && error.detail != .contentChanged
    }

    private static var changed: SyncError {
        .contentChanged("a file at the source is no longer the one that was begun; it starts over")
    }
}
