/// Something that the simulated GoPro service does wrong.
package enum GoProFault: String, CaseIterable, Sendable {
    /// A request is refused with 401, whatever its token is.
    case tokenRefused = "token-refused"
    /// A dead token is answered with 500 instead of 401.
    case deadTokenAsServerFault = "dead-token-as-server-fault"
    /// The client pair is refused.
    case clientRefused = "client-refused"
    /// A request is answered with 500.
    case serverFault = "server-fault"
    /// A request is answered with 503.
    case unavailable
    /// A request is answered with 429 and Retry-After: 7.
    case throttled
    /// A request is answered with 429 and a Retry-After that names the moment 7 seconds later.
    case throttledUntilDate = "throttled-until-date"
    /// A request is answered with 429 and no Retry-After.
    case throttledSilently = "throttled-silently"
    /// A request is answered with 403.
    case forbidden
    /// A request is answered with 406.
    case mediaTypeRefused = "media-type-refused"
    /// A request is answered with 410.
    case versionRetired = "version-retired"
    /// A request is answered with 200 and a sign-in page.
    case signInPage = "sign-in-page"
    /// A request is answered with a redirect to a sign-in page.
    case redirect
    /// A page of the listing has the right counts and too few rows.
    case shortPage = "short-page"
    /// A page of the listing says that it has errors.
    case pageErrors = "page-errors"
    /// An upload arrives before a page of the listing is made.
    case uploadDuringWalk = "upload-during-walk"
    /// The listing counts one medium more than there are rows.
    case countTooLarge = "count-too-large"
    /// A medium is answered with 404 though it is listed.
    case mediumGone = "medium-gone"
    /// A download manifest is answered with 404 though the medium is there.
    case manifestMissing = "manifest-missing"
    /// A download manifest is answered with 500.
    case manifestBroken = "manifest-broken"
    /// A download manifest is JSON of another shape.
    case manifestMalformed = "manifest-malformed"
    /// A download manifest comes in reverse order.
    case manifestReversed = "manifest-reversed"
    /// The media host refuses an address with 403.
    case addressRefused = "address-refused"
    /// The media host answers with 410.
    case mediaGone = "media-gone"
    /// The media host answers with 404.
    case mediaMissing = "media-missing"
    /// The media host sends a request to another of its own addresses.
    case mediaRedirected = "media-redirected"
    /// The media host sends a request to a host that is none of the service's.
    case mediaRedirectedAway = "media-redirected-away"
    /// The media host takes no HEAD.
    case headRefused = "head-refused"
    /// The media host says that it gives no ranges, and gives none.
    case noRanges = "no-ranges"
    /// The media host says nothing of a length with HEAD.
    case lengthUnstated = "length-unstated"
    /// The media host has an empty file.
    case mediaEmpty = "media-empty"
    /// The media host answers with 503.
    case mediaUnavailable = "media-unavailable"
    /// The media host answers with 429.
    case mediaThrottled = "media-throttled"
    /// The media host answers with 429 and Retry-After: 7.
    case mediaThrottledFor = "media-throttled-for"
    /// The media host answers with 503 and Retry-After: 7.
    case mediaUnavailableFor = "media-unavailable-for"
    /// The connection breaks in the middle of a body.
    case bodyCut = "body-cut"
    /// The connection is reset in the middle of a body.
    case bodyReset = "body-reset"
    /// Nothing more comes from the middle of a body on, and the connection stays open.
    case bodyStalls = "body-stalls"
    /// The media host answers a range with the whole.
    case rangeIgnored = "range-ignored"
    /// The media host answers half of a range, and says so.
    case rangeShort = "range-short"
    /// The media host answers another range than it was asked for, and says so.
    case rangeShifted = "range-shifted"
    /// The media host answers a range with 416.
    case rangeRefused = "range-refused"
    /// A file's bytes change before it is answered.
    case contentChanges = "content-changes"
    /// HEAD tells another length than the file has.
    case lengthWrong = "length-wrong"
    /// A signed address names a host that is none of the service's.
    case foreignHost = "foreign-host"
}

/// The faults that wait to happen.
struct GoProFaultRules: Sendable {
    private struct Rule {
        var fault: GoProFault
        var medium: String?
        var skip: Int
        var remaining: Int?
    }

    private var rules: [Rule] = []

    mutating func add(_ fault: GoProFault, medium: String?, skip: Int, times: Int?) {
        rules.append(Rule(fault: fault, medium: medium, skip: skip, remaining: times))
    }

    mutating func removeAll() { rules = [] }

    /// Uses one occurrence up, if there is one.
    mutating func take(_ fault: GoProFault, medium: String?) -> Bool {
        guard
            let index = rules.firstIndex(where: {
                $0.fault == fault && ($0.medium == nil || $0.medium == medium) && $0.remaining != 0
            })
        else { return false }
        if rules[index].skip > 0 {
            rules[index].skip -= 1
            return false
        }
        if let remaining = rules[index].remaining { rules[index].remaining = remaining - 1 }
        return true
    }
}

/// What clients have asked of a simulated GoPro service.
package struct GoProCounters: Sendable {
    /// Pages of the listing.
    package var pages = 0
    /// Listings of one row, as clients ask for to see whether a token works.
    package var checks = 0
    /// Rows of single media.
    package var rows = 0
    /// Download manifests.
    package var manifests = 0
    /// Exchanges of refresh tokens that were asked for.
    package var refreshes = 0
    /// Lengths asked of the media host.
    package var heads = 0
    /// Bodies asked of the media host.
    package var bodies = 0
    /// Bytes of bodies that were promised.
    package var bytes: Int64 = 0
    /// Bytes of bodies that were sent over sockets; of those that nobody read, what fits into their buffers.
    package var bytesSent: Int64 = 0
    /// Requests with a method that writes, outside of the token endpoint.
    package var writes = 0
    /// Requests to the media host that carried a credential.
    package var leakedCredentials = 0
    /// Requests to the API that were one too many.
    package var refusedRequests = 0
    /// Requests that came before the time was over for which a service had asked for quiet.
    package var impatientRequests = 0
    /// Requests whose address had expired.
    package var expiredAddresses = 0
    /// When manifests were asked for, in seconds since 1970.
    package var manifestTimes: [Double] = []
}
