import Clocks
import HTTPTransport
import Logging
import NIOHTTP1
import SyncCore

/// Requests to the media hosts. No credential ever goes there: the address is all that is needed.
struct MediaHost: Sendable {
    /// How long nothing may come before a file is given up for now.
    private static let timeout: Duration = .seconds(60)
    private static let mostRedirects = 3
    /// Of files that are larger than this it is tried whether the host gives ranges; what HEAD says of that may be wrong.
    private static let sizeWorthATry: Int64 = 64 << 20

    let account: GoProAccount
    let logger: Logger

    /// What a host says of a file.
    struct Measure: Sendable {
        var size: Int64
        /// An opaque mark of the version, not a hash.
        var etag: String?
        /// Whether it gives parts of the file.
        var givesRanges: Bool
        /// How many answers state the size.
        var statements: Int
    }

    /// An address that does not work any more, or never did.
    struct Refusal: Error {
        var status: Int

        /// What it means where the address has just been given out. The medium itself is there: the service has said so.
        var ofFreshAddress: SyncError {
            SyncError(
                .fileUnavailable,
                "the address was refused: GoPro's media host answers \(status) to one that was just given out",
                reason: "HTTP-\(status)"
            )
        }
    }

    /// Asks for size and mark, with the address that is meant for asking, and with a first byte where that is not enough.
    ///
    /// - Parameters:
    ///   - offer: where the file is; its addresses were checked.
    ///   - listed: the size that the listing states; where the host states another one, it has to do so twice.
    /// - Returns: what the host says, in as many answers as were needed.
    /// - Throws: ``Refusal``; `Throttled`, `SourceUnavailable`, `FileUnavailable`, `CorruptContent`.
    func measure(_ offer: DownloadManifest.Offer, listed: Int64?) async throws -> Measure {
        let stated = try await account.retry(logger) { try await head(offer) }
        if let stated, stated.givesRanges, stated.size <= Self.sizeWorthATry, listed == nil || listed == stated.size {
            return stated
        }
        var found = try await account.retry(logger) { try await firstByte(offer) }
        guard let stated else { return found }
        guard stated.size == found.size, stated.etag == nil || found.etag == nil || stated.etag == found.etag else {
            throw SyncError(.corruptContent, "GoPro's media host states two lengths of one file")
        }
        found.etag = found.etag ?? stated.etag
        found.statements += 1
        return found
    }

    /// Nil where there is no address for HEAD, the host does not take it, or it says no length.
    private func head(_ offer: DownloadManifest.Offer) async throws -> Measure? {
        guard let address = offer.head else { return nil }
        let response = try await send(HTTPRequest(method: .HEAD, url: address))
        switch response.status {
        case 200:
            guard let size = response.contentLength else { return nil }
            let givesRanges = response.headers.first(name: "Accept-Ranges")?.lowercased() == "bytes"
            return Measure(size: size, etag: response.etag, givesRanges: givesRanges, statements: 1)
        case 400, 405, 501: return nil
        default: throw failure(response)
        }
    }

    private func firstByte(_ offer: DownloadManifest.Offer) async throws -> Measure {
        let response = try await send(HTTPRequest(url: offer.url ?? "", headers: ["Range": "bytes=0-0"]))
        let size: Int64?
        switch response.status {
        case 206: size = ContentRange(response.headers)?.total
        case 200: size = response.contentLength
        // An empty file has no first byte.
        case 416: size = response.headers.first(name: "Content-Range") == "bytes */0" ? 0 : nil
        default: throw failure(response)
        }
        guard let size, (0...(1 << 44)).contains(size) else {
            throw SyncError(.fileUnavailable, "GoPro's media host does not say how long a file is")
        }
        return Measure(size: size, etag: response.etag, givesRanges: response.status != 200, statements: 1)
    }

    /// Sends a request to an address that was checked. Redirects to hosts that may be connected to are followed. Where a host
    /// asks for quiet, nothing is sent for so long.
    ///
    /// - Throws: `FileUnavailable`, `Throttled`, `SourceUnavailable`.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var request = request
        request.headers.add(name: "User-Agent", value: "obsync/1.0")
        for _ in 0...Self.mostRedirects {
            try await account.mediaLimit.wait(until: account.deadline)
            let response = try await execute(request)
            if response.status == 429 || response.status >= 500, let wait = retryAfter(response) {
                await account.mediaLimit.keepQuiet(for: wait)
            }
            guard [301, 302, 303, 307, 308].contains(response.status) else { return response }
            request.url = try target(of: response, from: request.url)
        }
        throw SyncError(
            .fileUnavailable,
            "the address was refused: GoPro's media host sends a download round in circles"
        )
    }

    private func target(of response: HTTPResponse, from address: String) throws -> String {
        guard let location = response.headers.first(name: "Location"),
            let target = SignedAddress.resolving(location, from: address)
        else {
            throw SyncError(.fileUnavailable, "the address was refused: GoPro's media host sends a download nowhere")
        }
        do {
            try account.hosts.check(target)
        } catch {
            throw SyncError(
                .fileUnavailable,
                "the address was refused: GoPro's media host sends a download to a host that Obsync does not connect to; "
                    + "name it in OBSYNC_ALLOW_HOSTS if it is right"
            )
        }
        return target
    }

    private func execute(_ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            return try await account.executor.execute(request, timeout: Self.timeout, logger: logger)
        } catch let error as TransportError {
            guard error.code != .timedOut else { throw Self.failure(error, "") }
            throw SyncError(error, reaching: "GoPro's media host")
        }
    }

    /// What a broken connection means. A host that is silent for a minute is not waited for again.
    static func failure(_ error: TransportError, _ message: String) -> SyncError {
        error.code == .timedOut
            ? SyncError(
                .fileUnavailable,
                "nothing came from GoPro's media host for a minute",
                reason: "stalled",
                underlying: error
            )
            : SyncError(.sourceUnavailable, message, underlying: error)
    }

    private func retryAfter(_ response: HTTPResponse) -> Duration? {
        response.headers.retryAfter(now: account.clock.now.milliseconds / 1000)
    }

    /// What a status means that is no success.
    func failure(_ response: HTTPResponse) -> any Error {
        let wait = retryAfter(response)
        switch response.status {
        case 401, 403, 404, 410: return Refusal(status: response.status)
        case 429:
            return SyncError(
                .throttled,
                "GoPro's media host asks for fewer requests",
                reason: "HTTP-429",
                retryAfter: wait
            )
        case 500...:
            return SyncError(
                .sourceUnavailable,
                "GoPro's media host answers with status \(response.status)",
                reason: "HTTP-\(response.status)",
                retryAfter: wait
            )
        default:
            return SyncError(
                .fileUnavailable,
                "GoPro's media host answers with status \(response.status), which is not known",
                reason: "HTTP-\(response.status)"
            )
        }
    }
}

extension HTTPResponse {
    var contentLength: Int64? { headers.first(name: "Content-Length").flatMap { Int64($0) } }
    var etag: String? { headers.first(name: "ETag") }
}

/// `Content-Range: bytes 100-199/4000`
struct ContentRange: Hashable, Sendable {
    var first: Int64
    var last: Int64
    var total: Int64

    init?(_ headers: HTTPHeaders) {
        guard let text = headers.first(name: "Content-Range"), text.hasPrefix("bytes ") else { return nil }
        let numbers = text.dropFirst(6).split(whereSeparator: { $0 == "-" || $0 == "/" }).map { Int64($0) }
        guard numbers.count == 3, let first = numbers[0], let last = numbers[1], let total = numbers[2],
            0 <= first, first <= last, last < total
        else { return nil }
        (self.first, self.last, self.total) = (first, last, total)
    }
}
