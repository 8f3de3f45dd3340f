import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import SyncCore

/// The body of one original at the media hosts. No credential ever goes there: the address is all that is needed.
struct MediaContent: RangedContent {
    private static let timeout: Duration = .seconds(60)
    private static let failuresInARow = 5

    let file: MediaFile
    let account: GoProAccount
    let manifests: ManifestCache
    let logger: Logger
    let size: Int64
    /// An opaque mark of the version, not a hash.
    let etag: String?

    var validator: String { "\(etag ?? "")/\(size)" }

    /// Asks for size and mark, with the address that is meant for asking.
    ///
    /// - Throws: `SourceGone`, `CorruptContent`, `Throttled`, `SourceUnavailable`; `ProtocolChanged` for a foreign host.
    static func open(
        _ file: MediaFile,
        _ account: GoProAccount,
        _ manifests: ManifestCache,
        _ logger: Logger
    ) async throws -> MediaContent {
        var refused: String?
        while true {
            let offer = try await manifests.offer(of: file, besides: refused)
            do {
                let head = try await measure(offer, account, logger)
                return MediaContent(
                    file: file,
                    account: account,
                    manifests: manifests,
                    logger: logger,
                    size: head.size,
                    etag: head.etag
                )
            } catch let refusal as Refusal {
                guard refused == nil else { throw refusal.ofFreshAddress }
                refused = offer.url
            }
        }
    }

    /// Size and mark.
    ///
    /// - Throws: ``Refusal``; `Throttled`, `SourceUnavailable`, `CorruptContent`.
    private static func measure(
        _ offer: DownloadManifest.Offer,
        _ account: GoProAccount,
        _ logger: Logger
    ) async throws -> (size: Int64, etag: String?) {
        // Without an address for HEAD, the first byte tells as much.
        let request =
            offer.head.map { HTTPRequest(method: .HEAD, url: $0) }
            ?? HTTPRequest(url: offer.url ?? "", headers: ["Range": "bytes=0-0"])
        return try await account.retry(logger) {
            let response = try await send(request, account, logger)
            switch response.status {
            case 200, 206:
                let text = response.headers.first(name: "Content-Length")
                let total =
                    response.status == 206 ? ContentRange(response.headers)?.total : text.flatMap { Int64($0) }
                guard let total, (0...(1 << 44)).contains(total) else {
                    throw SyncError(.sourceUnavailable, "GoPro's media host does not say how long a file is")
                }
                return (total, response.headers.first(name: "ETag"))
            case 401, 403, 404, 410: throw Refusal(status: response.status)
            default: throw error(status: response.status, response.headers)
            }
        }
    }

    func withRange<Result: Sendable>(
        _ range: Range<Int64>,
        _ body: (ByteStream) async throws -> Result
    ) async throws -> Result {
        try await body(MediaStream(content: self, range: range))
    }

    /// Opens the body from an offset; over and over where the host is in trouble, with a new address where the old one is
    /// refused.
    func open(_ range: Range<Int64>, _ failures: inout Int) async throws -> HTTPResponse {
        var refused: String?
        while true {
            let offer = try await manifests.offer(of: file, besides: refused)
            var headers: HTTPHeaders = ["Range": "bytes=\(range.lowerBound)-\(range.upperBound - 1)"]
            // A weak mark cannot be used for this; the answer's own is compared in any case.
            if let etag, !etag.hasPrefix("W/") { headers.add(name: "If-Range", value: etag) }
            do {
                let request = HTTPRequest(url: offer.url ?? "", headers: headers)
                let response = try await Self.send(request, account, logger)
                switch response.status {
                case 200, 206:
                    try check(response, range)
                    return response
                case 401, 403, 404, 410:
                    guard refused == nil else { throw Refusal(status: response.status).ofFreshAddress }
                    refused = offer.url
                case 416: throw Self.changed
                default: throw Self.error(status: response.status, response.headers)
                }
            } catch let error as SyncError where Self.mayPass(error) {
                try await pause(after: &failures, error)
            }
        }
    }

    /// Waits before the body is opened again.
    ///
    /// - Throws: `error` after too many failures without a byte between them.
    func pause(after failures: inout Int, _ error: SyncError) async throws {
        failures += 1
        guard failures < Self.failuresInARow else { throw error }
        try await account.clock.sleep(for: .seconds(Double(1 << failures) * account.random() / 2))
    }

    /// Only a continuation of the very same content will do.
    private func check(_ response: HTTPResponse, _ range: Range<Int64>) throws {
        if let etag, let found = response.headers.first(name: "ETag"), found != etag { throw Self.changed }
        if response.status == 200 {
            let length = response.headers.first(name: "Content-Length").flatMap { Int64($0) }
            guard range == 0..<size, length == size else { throw Self.changed }
            return
        }
        guard let part = ContentRange(response.headers), part.total == size, part.first == range.lowerBound,
            part.last < range.upperBound
        else { throw Self.changed }
    }

    private static func send(
        _ request: HTTPRequest,
        _ account: GoProAccount,
        _ logger: Logger
    ) async throws
        -> HTTPResponse
    {
        var request = request
        request.headers.add(name: "User-Agent", value: "obsync/1.0")
        do {
            return try await account.executor.execute(request, timeout: timeout, logger: logger)
        } catch let error as TransportError {
            throw SyncError(error, reaching: "GoPro's media host")
        }
    }

    /// Whether the body is opened again here. How long the host wants quiet is for the caller to judge, who knows how much
    /// time is left.
    private static func mayPass(_ error: SyncError) -> Bool {
        error.name == .sourceUnavailable && error.retryAfter == nil && error.underlying != nil
            && !error.saysContentChanged
    }

    /// Lies beneath an answer that says that the host is in trouble.
    private struct Trouble: Error {}

    private static func error(status: Int, _ headers: HTTPHeaders) -> SyncError {
        switch status {
        case 429: SyncError(.throttled, "GoPro's media host asks for fewer requests", retryAfter: headers.retryAfter)
        case 500...:
            SyncError(
                .sourceUnavailable,
                "GoPro's media host answers with status \(status)",
                underlying: Trouble(),
                retryAfter: headers.retryAfter
            )
        default: SyncError(.corruptContent, "GoPro's media host answers with status \(status), which is not known")
        }
    }

    /// An address that does not work any more, or never did.
    private struct Refusal: Error {
        var status: Int

        /// What it means where the address has just been given out: there is nothing, or the host is in trouble.
        var ofFreshAddress: SyncError {
            status == 404 || status == 410
                ? SyncError(.sourceGone, "GoPro's media host does not have a file that is listed")
                : SyncError(.sourceUnavailable, "GoPro's media host refuses an address that was just given out")
        }
    }

    private static var changed: SyncError {
        SyncError(
            .sourceUnavailable,
            "a file at the source is no longer the one that was begun; it starts over",
            underlying: ContentChanged()
        )
    }
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

/// A stretch of a body, opened when it is first pulled and again where the connection breaks or the address expires.
struct MediaStream: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let content: MediaContent
    let range: Range<Int64>

    func makeAsyncIterator() -> Iterator {
        Iterator(content: content, offset: range.lowerBound, end: range.upperBound)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let content: MediaContent
        fileprivate var offset: Int64
        fileprivate let end: Int64
        private var chunks: (any AsyncIteratorProtocol<ByteBuffer, any Error>)?
        private var failures = 0

        fileprivate init(content: MediaContent, offset: Int64, end: Int64) {
            self.content = content
            self.offset = offset
            self.end = end
        }

        mutating func next() async throws -> [UInt8]? {
            while offset < end {
                if chunks == nil { chunks = try await content.open(offset..<end, &failures).body.makeAsyncIterator() }
                do {
                    guard let buffer = try await chunks?.next(isolation: nil) else { throw Self.cut() }
                    guard Int64(buffer.readableBytes) <= end - offset else {
                        throw SyncError(.corruptContent, "a file is longer than its host announced")
                    }
                    guard buffer.readableBytes > 0 else { continue }
                    offset += Int64(buffer.readableBytes)
                    failures = 0
                    return Array(buffer.readableBytesView)
                } catch let error as TransportError {
                    chunks = nil
                    try await content.pause(after: &failures, Self.cut(error))
                }
            }
            return nil
        }

        private static func cut(_ cause: TransportError) -> SyncError {
            SyncError(.sourceUnavailable, "a body from GoPro's media host broke off", underlying: cause)
        }

        /// A body that ends early looks like a whole one; it is a broken connection all the same.
        private static func cut() -> TransportError {
            TransportError(.connectionLost, message: "the body ended before it was complete")
        }
    }
}
