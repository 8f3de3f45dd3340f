/// A fault as people name it: `NAME[=VALUE][@UID][*TIMES]`.
package struct SimulatorFaultName: Sendable {
    /// The name.
    package let name: String
    /// What its value is, such as `N`; nil where it takes none.
    package let value: String?
    /// What the service does then.
    package let help: String
    private let make: @Sendable (String) -> SimulatorFault?

    private init(_ name: String, _ help: String, _ fault: SimulatorFault) {
        self.init(name, value: nil, help) { _ in fault }
    }

    private init(
        _ name: String,
        value: String?,
        _ help: String,
        _ make: @escaping @Sendable (String) -> SimulatorFault?
    ) {
        self.name = name
        self.value = value
        self.help = help
        self.make = make
    }

    /// Every fault that there is.
    package static let all: [SimulatorFaultName] = rest + vaults + opening + listing + bodies

    private static let rest: [SimulatorFaultName] = [
        .init("sign-in-overloaded", "a sign-in is answered \"Server overloaded\"", .signInOverloaded),
        .init("code-refused", "a right one-time code is refused", .codeRefused),
        .init("token-refused", "a token is refused, by REST or by init", .tokenRefused),
        .init("rest-unavailable", "REST answers 503 with a page of HTML", .restUnavailable),
        .init("rest-page", "REST answers 200 with a page of HTML", .restPage),
        .init("rest-garbled", "REST answers 200 with half a JSON object", .restGarbled),
        .init("rest-throttled", value: "SECONDS", "REST answers 429 and says when to come again") {
            Int($0).map { .restThrottled(seconds: $0) }
        },
        .init("rest-error", value: "TEXT", "REST answers 200 with this error text") { .restError($0) },
        .init("rest-redirected", value: "URL", "REST sends on to another address") { .restRedirected(to: $0) },
        .init("rest-cut", "the connection of a REST call ends without an answer", .restCut),
        .init("rest-compressed", "REST answers with gzip, although nobody asks for it", .restCompressed),
    ]

    private static let vaults: [SimulatorFaultName] = [
        .init("version-unstated", "the list of vaults states no encryption versions", .versionUnstated),
        .init("version-stated", value: "N", "the list states this encryption version") {
            Int($0).map { .versionStated($0) }
        },
        .init("host-moved", "the list names the host in another way", .hostMoved),
        .init("host-stated", value: "HOST", "the list names this host") { .hostStated($0) },
        .init("vault-left", value: "ID", "the list lacks this vault, as if it had left the account") {
            .vaultLeft(id: $0)
        },
        .init("password-stated", value: "ID", "the list states this vault's password, whoever else has it") {
            .passwordStated(id: $0)
        },
    ]

    private static let opening: [SimulatorFaultName] = [
        .init("upgrade-unavailable", "the sync host answers 504 with a page of HTML", .upgradeUnavailable),
        .init("opening-refused", value: "TEXT", "init is refused with this text") { .openingRefused($0) },
        .init("opening-stalled", "init gets no answer", .openingStalled),
        .init("opening-garbled", "init is answered with HTML", .openingGarbled),
        .init("sockets-limited", value: "N", "init is refused while so many sockets are open") {
            Int($0).map { .socketsLimited(to: $0) }
        },
        .init("token-worn", value: "N", "a token works for so many calls, and is refused then") {
            Int($0).map { .tokenWorn(after: $0) }
        },
        .init("pong-before-opening", "a pong comes before the answer to init", .pongBeforeOpening),
    ]

    private static let listing: [SimulatorFaultName] = [
        .init("listing-cut", value: "N", "the socket breaks after so many records, before ready") {
            Int($0).map { .listingCut(afterRecords: $0) }
        },
        .init("listing-stalled", value: "N", "nothing more comes after so many records") {
            Int($0).map { .listingStalled(afterRecords: $0) }
        },
        .init("listing-shuffled", "records come in no order", .listingShuffled),
        .init("listing-repeated", "every record comes twice", .listingRepeated),
        .init("listing-with-history", "a snapshot holds old versions and deletions too", .listingWithHistory),
        .init("listing-newest-only", "a log holds only the newest record of a path", .listingNewestOnly),
        .init("listing-with-binary", "a binary frame comes in the middle of a listing", .listingWithBinary),
        .init("records-loose", "numbers come as texts and with fractions, flags as 0 and 1", .recordsLoose),
        .init("path-garbled", "a record's path cannot be deciphered", .pathGarbled),
        .init("hash-garbled", "a record's hash cannot be deciphered", .hashGarbled),
        .init("ready-version", value: "N", "ready names this version") { Int64($0).map { .readyVersion($0) } },
    ]

    private static let bodies: [SimulatorFaultName] = [
        .init("body-cut", "the socket breaks in the middle of a body", .bodyCut),
        .init("body-stalled", "half a body comes, and then nothing", .bodyStalled),
        .init("body-swapped", value: "UID", "the body of another version comes") {
            Int64($0).map { .bodySwapped(forUID: $0) }
        },
        .init("body-flipped", "one bit of the body is flipped", .bodyFlipped),
        .init("body-truncated", "the body ends before the size that was announced", .bodyTruncated),
        .init("body-overlong", "the body goes on after the size that was announced", .bodyOverlong),
        .init("body-surplus", "one frame more comes than was announced", .bodySurplus),
        .init("body-short", "the body is of 12 bytes", .bodyShort),
        .init("body-interleaved", "pongs and records come between the frames of a body", .bodyInterleaved),
        .init("body-in-one-frame", "a body comes in one frame, whatever its size", .bodyInOneFrame),
        .init("body-fragmented", "a body comes in one message of many fragments, with pings", .bodyFragmented),
        .init("body-reported-deleted", "a live version is reported as deleted", .bodyReportedDeleted),
        .init("pull-refused", value: "TEXT", "a pull is refused with this text") { .pullRefused($0) },
        .init("pull-garbled", "a pull is answered with what is no answer", .pullGarbled),
        .init("pull-stalled", "a pull gets no answer; pings do", .pullStalled),
        .init("pull-closed", "the socket is closed instead of an answer to a pull", .pullClosed),
    ]
}

extension SimulatorFaults {
    /// Adds a fault as people write it: `NAME[=VALUE][@UID][*TIMES]`. Without `*TIMES` it happens every time.
    ///
    /// - Throws: `SimulatorError` with `.unknownFault`; the message lists the names.
    package mutating func add(parsing text: String) throws {
        var rest = Substring(text)
        let times = Self.number(after: "*", in: &rest)
        let uid = Self.number(after: "@", in: &rest)
        let parts = rest.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let known = SimulatorFaultName.all.first(where: { $0.name == parts[0] }) else {
            let names = SimulatorFaultName.all.map(\.name).joined(separator: ", ")
            throw SimulatorError(.unknownFault, "there is no fault of that name; there are: \(names)")
        }
        let value = parts.count == 2 ? String(parts[1]) : nil
        guard (known.value == nil) == (value == nil), let fault = known.fault(value ?? "") else {
            throw SimulatorError(
                .unknownFault,
                "the fault \(known.name) is written \(known.name)\(known.value.map { "=" + $0 } ?? "")"
            )
        }
        add(fault, uid: uid, times: times.map(Int.init))
    }

    /// Cuts a number off the end, with the mark before it.
    private static func number(after mark: Character, in text: inout Substring) -> Int64? {
        guard let place = text.lastIndex(of: mark), let number = Int64(text[text.index(after: place)...]), number > 0
        else { return nil }
        text = text[..<place]
        return number
    }
}

extension SimulatorFaultName {
    /// The fault with a value; nil when it does not take that one.
    func fault(_ value: String) -> SimulatorFault? { make(value) }
}
