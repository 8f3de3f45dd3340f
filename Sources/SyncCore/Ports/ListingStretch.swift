/// How a stretch of a listing ended.
package enum ListingStretch: Hashable, Sendable {
    /// The listing was read to its end.
    case ended(ListingEnd)
    /// Something is left; it goes on from the place.
    case paused(ListingPlace)
}

/// Where a stretch of a listing ended. Only the provider that made it reads it; it holds no secret and may be stored.
package struct ListingPlace: Codable, Hashable, Sendable {
    /// The provider's text. It may be large: some 20 bytes for each entry that was listed.
    package let rawValue: String

    /// Takes the provider's text.
    package init(_ rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The end of a listing.
package struct ListingEnd: Hashable, Sendable {
    /// Whether the listing held everything that exists, rather than what changed.
    package var isSnapshot: Bool
    /// What to ask from the next time.
    package var cursor: SourceCursor
    /// Whether the provider's library turned out to be an older or another one than the cursor knew.
    package var wasReplaced: Bool
    /// What is there but cannot be fetched yet; the cursor sees to it that it is named again.
    package var notReady: Int

    /// Makes the end of a listing.
    package init(isSnapshot: Bool, cursor: SourceCursor, wasReplaced: Bool = false, notReady: Int = 0) {
        self.isSnapshot = isSnapshot
        self.cursor = cursor
        self.wasReplaced = wasReplaced
        self.notReady = notReady
    }
}

extension SyncError {
    /// Of a listing that one call has no time for, and that cannot be gone on with.
    package static var listingInOnePiece: SyncError {
        SyncError(
            .invalidConfiguration,
            "the listing of a vault takes longer than one call of the lister may last, and the service gives it in one piece only; "
                + "raise the timeout of the lister (Timeout of ListerFunction and TimeoutSeconds of List, at most 900 seconds), or use a faster line"
        )
    }
}
