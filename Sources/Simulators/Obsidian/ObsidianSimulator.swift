import FoundationEssentials
package import Logging
import LoopbackGuard
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A server that speaks the Obsidian Sync protocol on the loopback interface: REST and WebSocket on one port.
///
/// It is read-only to its clients; the library behind it is changed through `SimulatedLibrary` while it runs.
/// It exists only inside `withObsidianSimulator(library:configuration:logger:_:)`.
package final class ObsidianSimulator: Sendable {
    /// The shapes in which servers have been seen to refuse an `init`.
    package enum OpeningErrorForm: Sendable, CaseIterable {
        /// `{"res":"err","msg":"…"}`
        case resultAndMessage
        /// `{"status":"err","msg":"…"}`
        case statusAndMessage
        /// `{"error":"…"}`
        case error
        /// `{"err":"…"}`
        case shortError
    }

    /// How a simulator behaves.
    package struct Configuration: Sendable {
        /// The port to listen on; 0 takes a free one.
        package var port = 0
        /// The shape of a refused `init`.
        package var openingErrorForm = OpeningErrorForm.resultAndMessage
        /// Whether listings come newest first; nothing in the protocol promises an order.
        package var listsNewestFirst = false
        /// The bytes of one binary frame of a body.
        package var pieceSize = 2_097_152
        /// The seconds since 1970 by which one-time codes are checked.
        package var unixTime: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

        /// Whether TLS is spoken, with ``SampleCertificate``.
        package var isSecure = false
        /// Names by which it is called besides those of this machine; one that begins with a dot stands for all below it.
        package var hosts: Set<String> = []

        /// A free port and the behaviour of the service.
        package init() {}
    }

    struct State {
        var faults = SimulatorFaults()
        var counters = SimulatorCounters()
        var port = 0
        /// How often each token was used.
        var tokenUses: [String: Int] = [:]
    }

    /// The account and the vaults that are served.
    package let library: SimulatedLibrary

    let configuration: Configuration
    let logger: Logger
    let state = Mutex(State())

    init(library: SimulatedLibrary, configuration: Configuration, logger: Logger) {
        self.library = library
        self.configuration = configuration
        self.logger = logger
    }

    /// The port on 127.0.0.1.
    package var port: Int { state.withLock { $0.port } }

    /// The address of the REST interface, without a slash at its end.
    package var baseURL: String { "\(configuration.isSecure ? "https" : "http")://\(host)" }

    /// What the list of vaults announces as their host.
    package var host: String { "127.0.0.1:\(port)" }

    /// The faults that wait to happen; may be set at any time.
    package var faults: SimulatorFaults {
        get { state.withLock { $0.faults } }
        set { state.withLock { $0.faults = newValue } }
    }

    /// Adds a fault to those that wait; see `SimulatorFaults.add(_:uid:times:)`.
    package func inject(_ fault: SimulatorFault, uid: Int64? = nil, times: Int? = 1) {
        state.withLock { $0.faults.add(fault, uid: uid, times: times) }
    }

    /// What clients have asked so far.
    package var counters: SimulatorCounters { state.withLock { $0.counters } }

    func count(_ change: (inout SimulatorCounters) -> Void) {
        state.withLock { change(&$0.counters) }
    }

    func takeFault(_ fault: SimulatorFault) -> Bool {
        state.withLock { $0.faults.take(fault) }
    }

    private func isWorn(_ token: String?) -> Bool {
        state.withLock { state in
            state.tokenUses[token ?? "", default: 0] += 1
            let uses = state.tokenUses[token ?? "", default: 0]
            let limit = state.faults.rules.lazy.compactMap {
                if case .tokenWorn(let uses) = $0.fault { uses } else { nil }
            }.first
            return limit.map { uses > $0 } ?? false
        }
    }

    func accepts(token: String?) -> Bool {
        !takeFault(.tokenRefused) && library.isValid(token: token) && !isWorn(token)
    }
}

/// Runs a simulator while `body` runs.
///
/// When `body` returns or throws, or the task is cancelled, all connections are cut and the port is given back before this
/// function returns.
/// - Parameters:
///   - library: The account and the vaults to serve.
///   - configuration: How to behave.
///   - logger: Where requests are noted, at `debug` and below.
///   - body: What to do with the running simulator.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, or the error of binding the port.
package func withObsidianSimulator<Result: Sendable>(
    library: SimulatedLibrary,
    configuration: ObsidianSimulator.Configuration = .init(),
    logger: Logger,
    _ body: (ObsidianSimulator) async throws -> Result
) async throws -> Result {
    let simulator = ObsidianSimulator(library: library, configuration: configuration, logger: logger)
    var policy = LoopbackPolicy()
    policy.hosts = configuration.hosts
    policy.origins = ["https://obsidian.md", "app://obsidian.md"]
    let settings = ObsidianConnection.Settings(
        policy: policy,
        tls: configuration.isSecure ? try SampleCertificate.serverContext() : nil,
        refusesUpgrade: { head in
            guard head.headers.contains(name: "User-Agent") else {
                // The service's edge lets nothing through without one.
                simulator.count { $0.requestsWithoutUserAgent += 1 }
                return true
            }
            return simulator.takeFault(.upgradeUnavailable)
        }
    )
    return try await HTTPListener.serve(
        port: configuration.port,
        settings.manner,
        connection: { try await $0.run(simulator) },
        body: { port in
            simulator.state.withLock { $0.port = port }
            return try await body(simulator)
        }
    )
}
