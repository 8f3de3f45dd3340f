import FoundationEssentials
package import Logging
import NIOCore
import NIOSSL
import Synchronization

/// A store that speaks the protocol of S3 on the loopback interface, with path-style addresses.
///
/// It refuses what the service refuses, with its status, code and XML, and does wrong what it is told to do wrong. It exists
/// only inside `withS3Simulator(configuration:logger:_:)`.
package final class S3Simulator: Sendable {
    /// How a simulator behaves.
    package struct Configuration: Sendable {
        /// The port to listen on; 0 takes a free one.
        package var port = 0
        /// The keys that are known.
        package var credentials = [S3Credential(accessKeyID: "testing", secretAccessKey: "testing")]
        /// How it behaves.
        package var manner = S3Manner.aws
        /// The path that comes before every other, without a slash at its end; empty for none.
        package var basePath = ""
        /// The account that all buckets belong to.
        package var owner = "111122223333"
        /// The region that requests have to be signed for.
        package var region = "eu-central-1"
        /// The buckets that are there from the beginning.
        package var buckets: [String] = []
        /// Whether those buckets keep versions; buckets with locked objects do so in any case.
        package var keepsVersions = false
        /// Where the bytes of objects are kept.
        package var retention = S3Retention.memory
        /// The smallest part but the last one, in bytes; the service has 5 MiB.
        package var minimumPartSize: Int64 = 5 << 20
        /// The largest body of one request, in bytes.
        package var largestBody = S3Limits.largestBody
        /// The largest object that parts may make up, in bytes.
        package var largestObject = S3Limits.largestObject
        /// Whether a body may go unsigned without TLS, as the service allows it with TLS only.
        package var takesLoopbackForTLS = true
        /// The pace at which all bodies of requests together come in; nil for no limit.
        package var bytesPerSecondIn: Int?
        /// How long an answer takes to begin, once the request has come in.
        package var latency: Duration = .zero
        /// PEM files of a certificate chain and its key; with them it uses TLS.
        package var tls: (certificates: String, key: String)?
        /// The seconds since 1970 by which signatures are checked.
        package var unixTime: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }

        /// A free port, one key pair, and the behaviour of the service.
        package init() {}
    }

    struct State {
        var store = S3Store()
        var plan = S3FaultPlan()
        var log: [S3LogEntry] = []
        var denied: Set<S3Operation> = []
        var director: (@Sendable (S3Moment) -> S3Fault?)?
        var port = 0
        var region = ""
        var lacks = S3Lacks(.aws)
    }

    let configuration: Configuration
    let logger: Logger
    let linkIn: PacedLink?
    let state = Mutex(State())

    init(configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        linkIn = configuration.bytesPerSecondIn.map { PacedLink(bytesPerSecond: $0) }
        state.withLock { state in
            state.region = configuration.region
            state.lacks = S3Lacks(configuration.manner)
            state.store.minimumPartSize = configuration.minimumPartSize
            state.store.largestObject = configuration.largestObject
            state.store.locksObjects = configuration.manner == .objectLock
            let keepsVersions = configuration.keepsVersions || state.store.locksObjects
            for bucket in configuration.buckets {
                state.store.buckets[bucket] = S3Bucket(keepsVersions: keepsVersions)
            }
        }
    }

    /// The port on 127.0.0.1.
    package var port: Int { state.withLock { $0.port } }

    /// The address, without a slash at its end.
    package var endpoint: String {
        "\(configuration.tls == nil ? "http" : "https")://127.0.0.1:\(port)\(configuration.basePath)"
    }
}

extension S3Simulator {
    /// Adds a fault to those that wait.
    ///
    /// - Parameters:
    ///   - fault: what is to go wrong.
    ///   - operations: what it strikes; everything where none is named.
    ///   - skip: how many of those requests are spared first.
    ///   - times: how often it happens before it is used up; nil for as long as it is there.
    package func inject(_ fault: S3Fault, in operations: S3Operation..., skip: Int = 0, times: Int? = 1) {
        let rule = S3FaultPlan.Rule(fault: fault, operations: Set(operations), skip: skip, remaining: times)
        state.withLock { $0.plan.add(rule) }
    }

    /// Adds a fault that strikes by chance.
    ///
    /// - Parameters:
    ///   - fault: what is to go wrong.
    ///   - operations: what it strikes; everything where none is named.
    ///   - perMille: how many requests of a thousand it strikes.
    ///   - times: how often it happens before it is used up; nil for as long as it is there.
    package func injectRandomly(
        _ fault: S3Fault,
        in operations: S3Operation...,
        perMille: Int,
        times: Int? = nil
    ) {
        let rule = S3FaultPlan.Rule(
            fault: fault,
            operations: Set(operations),
            skip: 0,
            remaining: times,
            perMille: perMille
        )
        state.withLock { $0.plan.add(rule) }
    }

    /// Makes chance repeatable: the same text gives the same faults to the same requests.
    package func seedFaults(_ seed: String) { state.withLock { $0.plan.seed(seed) } }

    /// Takes all faults out.
    package func removeFaults() { state.withLock { $0.plan.removeAll() } }

    /// Answers these operations with `AccessDenied` from now on, and no others.
    package func deny(_ operations: S3Operation...) { state.withLock { $0.denied = Set(operations) } }

    /// Does without these features from now on, and without no others.
    package func lack(_ features: S3Feature..., as lack: S3Lack = .refuses) {
        state.withLock { state in
            state.lacks.features = Set(features)
            state.lacks.lack = lack
        }
    }

    /// Wants requests signed for another region from now on, as a store does whose buckets are there.
    package func move(to region: String) { state.withLock { $0.region = region } }

    /// Refuses to delete objects of these keys from now on, and no others.
    package func protect(_ keys: String...) { state.withLock { $0.store.undeletable = Set(keys.map { S3Key($0) }) } }

    /// Sets what is asked at each moment of each request; the fault that it returns strikes.
    package func setDirector(_ director: (@Sendable (S3Moment) -> S3Fault?)?) {
        state.withLock { $0.director = director }
    }
}

extension S3Simulator {
    /// All requests so far.
    package var requests: [S3LogEntry] { state.withLock { $0.log } }

    /// How many requests of one kind there were.
    package func count(of operation: S3Operation) -> Int {
        state.withLock { state in state.log.count { $0.operation == operation } }
    }

    /// The objects of a bucket, by key.
    package func objects(in bucket: String) -> [S3ObjectAccount] {
        state.withLock { state in
            let objects = state.store.buckets[bucket]?.objects ?? [:]
            return objects.sorted { $0.key < $1.key }.map { S3ObjectAccount($0.key, $0.value) }
        }
    }

    /// One object.
    package func object(_ key: String, in bucket: String) -> S3ObjectAccount? {
        let key = S3Key(key)
        return state.withLock { state in
            state.store.buckets[bucket]?.objects[key].map { S3ObjectAccount(key, $0) }
        }
    }

    /// The uploads of a bucket that are open.
    package func openUploads(in bucket: String) -> [S3UploadAccount] {
        state.withLock { state in
            (state.store.buckets[bucket]?.uploads ?? [:]).values.map { S3UploadAccount($0) }.sorted { $0.id < $1.id }
        }
    }

    /// The bytes of an object that was kept; nil when there is none.
    ///
    /// - Throws: why the kept file cannot be read.
    package func content(of key: String, in bucket: String) async throws -> [UInt8]? {
        let content = state.withLock { $0.store.buckets[bucket]?.objects[S3Key(key)]?.content }
        guard let content else { return nil }
        var bytes: [UInt8] = []
        try await content.read(0..<content.length) { bytes += $0.readableBytesView }
        return bytes
    }
}

/// Runs a store while `body` runs.
///
/// When `body` returns or throws, or the task is cancelled, all connections are cut and the port is given back before this
/// function returns; what was stored is gone.
/// - Parameters:
///   - configuration: How to behave.
///   - logger: Where requests are noted, at `debug` and below.
///   - body: What to do with the running store.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws, or the error of binding the port or of reading the certificate.
package func withS3Simulator<Result: Sendable>(
    configuration: S3Simulator.Configuration = .init(),
    logger: Logger,
    _ body: (S3Simulator) async throws -> Result
) async throws -> Result {
    let simulator = S3Simulator(configuration: configuration, logger: logger)
    let tls = try configuration.tls.map { files in
        try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: NIOSSLCertificate.fromPEMFile(files.certificates).map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(file: files.key, format: .pem))
            )
        )
    }
    return try await HTTPListener.serve(port: configuration.port, .http(tls: tls)) { connection in
        try await S3Connection(simulator: simulator).run(connection)
    } body: { port in
        simulator.state.withLock { $0.port = port }
        return try await body(simulator)
    }
}
