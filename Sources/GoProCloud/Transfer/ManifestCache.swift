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

    init(_ account: GoProAccount, _ logger: Logger) {
        self.account = account
        self.logger = logger
    }

    /// The manifest of a medium.
    ///
    /// - Throws: `SourceGone` when the medium is gone; errors of the service.
    func manifest(of id: MediaID) async throws -> DownloadManifest {
        if let known = good(id) { return known }
        try await account.limit.wait()
        // Somebody may have asked for the same while this one waited.
        if let known = good(id) { return known }
        let manifest = try await resolve(id)
        let expiries = manifest.addresses.compactMap(SignedAddress.expiry)
        forget(id)
        held.append(Held(id: id, manifest: manifest, expires: expiries.min()))
        if held.count > Self.mostHeld { held.removeFirst() }
        return manifest
    }

    /// A medium counts as gone only when its row is gone too: a manifest alone may have moved.
    private func resolve(_ id: MediaID) async throws -> DownloadManifest {
        do {
            return try await account.get(.download(id), as: DownloadManifest.self, logger)
        } catch let error as SyncError where error.name == .sourceGone {
            _ = try await account.get(.medium(id), as: MediaRow.self, logger)
            throw SyncError(.sourceUnavailable, "GoPro has a medium but does not say where its files are")
        }
    }

    /// The addresses of one file.
    ///
    /// - Parameters:
    ///   - file: which one.
    ///   - refused: an address that was refused; another one is got then.
    /// - Returns: an offer with an address that was checked.
    /// - Throws: `SourceGone`, `CorruptContent` when the file is not offered any more; errors of the service.
    func offer(of file: MediaFile, besides refused: String? = nil) async throws -> DownloadManifest.Offer {
        if let refused, held.first(where: { $0.id == file.id })?.manifest.offer(of: file)?.url == refused {
            forget(file.id)
        }
        guard let offer = try await manifest(of: file.id).offer(of: file), offer.isAvailable, let url = offer.url else {
            throw SyncError(.corruptContent, "an original is not offered at the source at present")
        }
        try account.hosts.check(url)
        if let head = offer.head { try account.hosts.check(head) }
        return offer
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
