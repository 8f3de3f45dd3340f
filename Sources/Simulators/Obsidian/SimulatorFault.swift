/// Something that the simulated service does wrong, or does in a way that a client may not expect.
package enum SimulatorFault: Sendable, Hashable {
    // MARK: REST

    /// A sign-in with right credentials is answered `Server overloaded, please try again later`.
    case signInOverloaded
    /// A right one-time code is refused.
    case codeRefused
    /// A token is refused as if it had been revoked, at a REST call or at `init`.
    case tokenRefused
    /// A REST call is answered with status 503 and an HTML page.
    case restUnavailable
    /// A REST call is answered with status 200 and an HTML page.
    case restPage
    /// A REST call is answered with status 200 and half a JSON object.
    case restGarbled
    /// A REST call is answered with status 429, and told to wait so many seconds.
    case restThrottled(seconds: Int)
    /// A REST call is answered with status 200 and this error text.
    case restError(String)
    /// A REST call is sent on to another address.
    case restRedirected(to: String)
    /// The connection of a REST call ends without an answer.
    case restCut
    /// A REST answer comes compressed, although nobody has asked for that.
    case restCompressed

    // MARK: The list of vaults

    /// The list states no encryption versions.
    case versionUnstated
    /// The list states this encryption version for every vault.
    case versionStated(Int)
    /// The list names the host in another way, as after a move.
    case hostMoved
    /// The list names this host.
    case hostStated(String)
    /// The list lacks the vault of this id, as if it had left the account.
    case vaultLeft(id: String)
    /// The list states the password of the vault of this id, whoever has it otherwise.
    case passwordStated(id: String)

    // MARK: Opening a socket

    /// A WebSocket upgrade is answered with status 504 and an HTML page.
    case upgradeUnavailable
    /// `init` is refused with this text.
    case openingRefused(String)
    /// `init` gets no answer.
    case openingStalled
    /// `init` is answered with HTML.
    case openingGarbled
    /// `init` is refused while so many sockets are open.
    case socketsLimited(to: Int)
    /// A token works for so many calls, `init` included, and is refused then.
    case tokenWorn(after: Int)
    /// A `pong` comes before the answer to `init`.
    case pongBeforeOpening

    // MARK: Listings

    /// The socket breaks after so many records, before `ready`.
    case listingCut(afterRecords: Int)
    /// Nothing more comes after so many records.
    case listingStalled(afterRecords: Int)
    /// Records come in no order.
    case listingShuffled
    /// Every record comes twice.
    case listingRepeated
    /// A snapshot holds old versions and deletions too.
    case listingWithHistory
    /// A log holds only the newest record of every path.
    case listingNewestOnly
    /// A binary frame comes in the middle of a listing.
    case listingWithBinary
    /// A record's path cannot be deciphered.
    case pathGarbled
    /// Numbers come as texts and with fractions, flags as 0 and 1, and a field is of a kind that nobody knows.
    case recordsLoose
    /// A record's hash cannot be deciphered.
    case hashGarbled
    /// `ready` names this version.
    case readyVersion(Int64)

    // MARK: Bodies

    /// The socket breaks in the middle of a body.
    case bodyCut
    /// Half a body comes, and then nothing.
    case bodyStalled
    /// The body (and the size) of another version is delivered.
    case bodySwapped(forUID: Int64)
    /// One bit in the middle of the body is flipped.
    case bodyFlipped
    /// The body ends before the size that was announced.
    case bodyTruncated
    /// One frame more comes than was announced.
    case bodySurplus
    /// The body goes on after the size that was announced.
    case bodyOverlong
    /// The body is of 12 bytes: an IV and nothing else.
    case bodyShort
    /// `pong` and `push` text frames come before and between the frames of a body.
    case bodyInterleaved
    /// A body comes in one frame, whatever its size.
    case bodyInOneFrame
    /// A body comes in one message of many fragments, with pings between them.
    case bodyFragmented
    /// A live version is reported as deleted.
    case bodyReportedDeleted
    /// The pull is refused with this text.
    case pullRefused(String)
    /// The pull is answered with something that is no answer.
    case pullGarbled
    /// The pull gets no answer at all; pings still do.
    case pullStalled
    /// The socket is closed in good order instead of an answer.
    case pullClosed

    /// Whether it strikes when a body is asked for.
    var isPullFault: Bool {
        switch self {
        case .bodyCut, .bodyStalled, .bodySwapped, .bodyFlipped, .bodyTruncated, .bodyOverlong, .bodyShort,
            .bodySurplus,
            .bodyInterleaved, .bodyInOneFrame, .bodyFragmented, .bodyReportedDeleted, .pullRefused, .pullGarbled,
            .pullStalled, .pullClosed:
            true
        default:
            false
        }
    }
}
