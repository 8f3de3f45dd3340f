import Clocks
import Logging
import SyncCore

/// Resolves media just before their files are used, at the pace that the service is asked at, and keeps what was resolved last
/// until a minute before the first of its addresses expires: chapters and frames of one medium share one request.
actor ManifestCache {
    private static let margin: Duration = .seconds(60)
    private static let mostHeld = 8

    private struct Held {
        var id: MediaID
        var manifest: DownloadManifest
        var expires: Timestamp?
    }

    private let account: GoProAccount
    private let logger: Logger
    private var held: [Held] = []
    /// Those who wait for a medium that somebody else asks for already.
    private var waiting: [MediaID: [CheckedContinuation<Void, Never>]] = [:]

    init(_ account: GoProAccount, _ logger: Logger) {
        self.account = account
        self.logger = logger
    }

    /// The manifest of a medium.
    ///
    /// - Throws: `SourceGone` when the medium is gone; `FileUnavailable` when only this one cannot be resolved; errors of the
    ///   service.
    func manifest(of id: MediaID) async throws -> DownloadManifest {
        while true {
            if let known = good(id) { return known }
            guard waiting[id] != nil else { break }
            await withCheckedContinuation { waiting[id, default: []].append($0) }
        }
        waiting[id] = []
        defer { for one in waiting.removeValue(forKey: id) ?? [] { one.resume() } }
        let manifest = try await resolve(id)
        let expiries = manifest.addresses.compactMap(SignedAddress.expiry)
        forget(id)
        held.append(Held(id: id, manifest: manifest, expires: expiries.min()))
        if held.count > Self.mostHeld { held.removeFirst() }
        return manifest
    }

    /// Whether a medium is gone is for this request alone to say. Where it fails in another way, a request that is known to
    /// work tells whether that is the medium's fault or the service's.
    private func resolve(_ id: MediaID) async throws -> DownloadManifest {
        do {
            return try await account.get(.download(id), as: DownloadManifest.self, logger)
        } catch let error as SyncError where error.name == .sourceUnavailable || error.name == .protocolChanged {
            _ = try await account.get(.check, as: ListingAnswer.self, logger)
            logger.warning("medium cannot be resolved", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
            throw SyncError(
                .fileUnavailable,
                "GoPro lists a medium and does not say where its files are",
                reason: error.reason
            )
        }
    }

    /// The addresses of one file.
    ///
    /// - Parameters:
    ///   - file: which one.
    ///   - refused: an address that was refused; another one is asked for then.
    /// - Returns: an offer with an address that was checked.
    /// - Throws: `SourceGone`; `FileUnavailable` when the file is not offered now; errors of the service.
    func offer(of file: MediaFile, besides refused: String? = nil) async throws -> DownloadManifest.Offer {
        let stale = held.first { $0.id == file.id }?.manifest.candidates(for: file)
        if let refused, stale?.contains(where: { $0.url == refused }) == true { forget(file.id) }
        let manifest = try await manifest(of: file.id)
        let candidates = manifest.candidates(for: file)
        let found = candidates.count > 1 ? try await choose(file, candidates) : candidates.first
        guard let offer = found ?? manifest.standIn(for: file), offer.isAvailable, let url = offer.url else {
            throw SyncError(
                .fileUnavailable,
                "an original is not ready yet at GoPro: it is not offered",
                reason: "not-offered"
            )
        }
        try account.hosts.check(url)
        if let head = offer.head { try account.hosts.check(head) }
        return offer
    }

    /// The offer whose bytes are those of the file.
    private func choose(
        _ file: MediaFile,
        _ candidates: [DownloadManifest.Offer]
    ) async throws -> DownloadManifest.Offer? {
        var alike: [DownloadManifest.Offer] = []
        for (ordinal, offer) in candidates.enumerated() where offer.isAvailable {
            guard try await mark(of: offer) == file.mark else { continue }
            if ordinal == file.ordinal { return offer }
            alike.append(offer)
        }
        return alike.first
    }

    /// What the media host says of the bytes of an offer.
    func mark(of offer: DownloadManifest.Offer) async throws -> String? {
        guard let url = offer.url else { return nil }
        try account.hosts.check(url)
        if let head = offer.head { try account.hosts.check(head) }
        do {
            let found = try await MediaHost(account: account, logger: logger).measure(offer, listed: nil)
            return MediaFile.mark(ofBytes: found.size, etag: found.etag)
        } catch let refusal as MediaHost.Refusal {
            throw refusal.ofFreshAddress
        }
    }

    private func forget(_ id: MediaID) {
        held.removeAll { $0.id == id }
    }

    private func good(_ id: MediaID) -> DownloadManifest? {
        guard let found = held.first(where: { $0.id == id }) else { return nil }
        let isGood = found.expires.map { account.clock.now.advanced(by: Self.margin) < $0 } ?? false
        return isGood ? found.manifest : nil
    }
}
