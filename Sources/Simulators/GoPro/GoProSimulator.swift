import FoundationEssentials
package import Logging
import Synchronization

/// A server that answers as the GoPro cloud library does: an API, and a media host for bodies.
///
/// It is a function from requests to answers; `withGoProSimulator` puts it on sockets.
package final class GoProSimulator: Sendable {
    /// How a simulator behaves.
    package struct Configuration: Sendable {
        /// The port of the API; 0 takes a free one.
        package var port = 0
        /// How long a signed address is good for, in seconds.
        package var addressLifetime: Double = 3600
        /// How long a token is good for, in seconds.
        package var tokenLifetime: Double = 86_400
        /// So many requests are answered in so many seconds; nil for no limit.
        package var requestLimit: (count: Int, seconds: Double)?
        /// Whether signed addresses say nothing of the file that they are of.
        package var hasOpaqueAddresses = false
        /// The id of the account, as its media tell it.
        package var userID = "00000000-0000-4000-8000-000000000001"
        /// Rows of a page where a client asks for more.
        package var largestPage = 100
        /// The pace at which all bodies together are sent; nil for no limit.
        package var bytesPerSecond: Int?
        /// How long an answer takes to begin.
        package var latency: Duration = .zero
        /// The seconds since 1970.
        package var unixTime: @Sendable () -> Double = { Date().timeIntervalSince1970 }

        /// The behaviour of the service.
        package init() {}
    }

    /// A request.
    package struct Request: Sendable {
        /// Such as `GET`.
        package var method: String
        /// Path and query.
        package var target: String
        /// Header fields.
        package var headers: [(name: String, value: String)]
        /// The body.
        package var body: [UInt8]

        /// Makes a request.
        package init(method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [])
        {
            self.method = method
            self.target = target
            self.headers = headers
            self.body = body
        }

        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        var path: Substring { target.prefix { $0 != "?" } }

        /// The values of the query, as they stand there.
        var query: [String: String] { Self.pairs(target.dropFirst(path.count + 1)) }

        static func pairs(_ text: some StringProtocol) -> [String: String] {
            Dictionary(
                text.split(separator: "&").map { pair in
                    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
                }
            ) { first, _ in first }
        }
    }

    /// An answer.
    package struct Response: Sendable {
        /// What follows the head.
        package enum Body: Sendable {
            /// Bytes in memory.
            case bytes([UInt8])
            /// Bytes that are made while they are sent, up to the cut.
            case generated(GeneratedBytes, Range<Int64>, cut: Cut?)
        }

        /// How a body ends before its time.
        package struct Cut: Sendable {
            /// What becomes of the connection.
            package enum Manner: Sendable {
                case closed, reset, silent
            }

            /// So many bytes are sent.
            package var after: Int64
            /// What becomes of the connection then.
            package var manner: Manner
        }

        /// The status.
        package var status: Int
        /// Header fields, the length among them.
        package var headers: [(name: String, value: String)]
        /// The body.
        package var body: Body

        static func json(_ json: WireJSON, status: Int = 200) -> Response {
            of(status, "application/json", json.text)
        }

        static func of(_ status: Int, _ type: String = "text/html", _ text: String = "") -> Response {
            let bytes = Array(text.utf8)
            return Response(
                status: status,
                headers: [("Content-Type", type), ("Content-Length", String(bytes.count))],
                body: .bytes(bytes)
            )
        }
    }

    struct State {
        var faults = GoProFaultRules()
        var counters = GoProCounters()
        var baseURL = "http://127.0.0.1:1"
        var mediaURL = "http://127.0.0.1:2"
        var uploads = 0
        /// When requests were answered that count for the limit.
        var answered: [Double] = []
        /// Until when the API, and the media host, have asked for quiet.
        var quietUntil: [Bool: Double] = [:]
        /// How many opaque addresses were made.
        var addresses = 0
    }

    /// The account that is served.
    package let library: SimulatedMediaLibrary

    let configuration: Configuration
    let logger: Logger
    let link: PacedLink?
    let state = Mutex(State())

    /// Makes a simulator without sockets.
    package init(library: SimulatedMediaLibrary, configuration: Configuration = .init(), logger: Logger) {
        self.library = library
        self.configuration = configuration
        self.logger = logger
        link = configuration.bytesPerSecond.map { PacedLink(bytesPerSecond: $0) }
    }

    /// The address of the API.
    package var baseURL: String { state.withLock { $0.baseURL } }

    /// The address of the media host.
    package var mediaURL: String { state.withLock { $0.mediaURL } }

    /// What clients have asked so far.
    package var counters: GoProCounters { state.withLock { $0.counters } }

    /// Adds a fault.
    ///
    /// - Parameters:
    ///   - fault: what goes wrong.
    ///   - medium: the medium that it strikes; nil strikes all.
    ///   - skip: how often it could happen and is left out first.
    ///   - times: how often, or nil for as long as it is there.
    package func inject(_ fault: GoProFault, medium: String? = nil, skip: Int = 0, times: Int? = 1) {
        state.withLock { $0.faults.add(fault, medium: medium, skip: skip, times: times) }
    }

    /// Takes all faults out.
    package func removeFaults() {
        state.withLock { $0.faults.removeAll() }
    }

    func takes(_ fault: GoProFault, medium: String? = nil) -> Bool {
        state.withLock { $0.faults.take(fault, medium: medium) }
    }

    func count(_ change: (inout GoProCounters) -> Void) {
        state.withLock { change(&$0.counters) }
    }

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - isForMedia: whether it came to the media host.
    /// - Returns: the answer; what was asked is counted.
    package func answer(_ request: Request, isForMedia: Bool) -> Response {
        logger.debug("simulator request", metadata: ["http.path": "\(request.path)"])
        noteImpatience(isForMedia)
        let answer = isForMedia ? answerMedia(request) : refusalOfTooMany() ?? answerAPI(request)
        noteQuiet(answer, isForMedia)
        return answer
    }
}
