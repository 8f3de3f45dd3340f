import AWSAdapters
import ArgumentParser
import Checksums
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// An account, a store, and machines that mirror the one into the other: each has a state folder of its own.
struct BucketWorld {
    static let bucket = "mirror"
    static let prefix = "kept/notes/"

    /// The folder that everything lies in, and that stands for the home of whoever works here.
    let root: String
    /// The address of the store.
    let endpoint: String
    let library: SimulatedLibrary
    let server: ObsidianSimulator
    /// What runs have told anybody.
    let tellings = Tellings()

    var credentials: String { root + "/credentials.json" }

    var environment: [String: String] {
        [
            "OBSIDIAN_API_URL": server.baseURL, "HOME": root, "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true",
        ]
    }

    /// The bucket as a machine knows it.
    func place(_ machine: String = "one", endpoint: String? = nil) -> BucketPlace {
        BucketPlace(
            Self.bucket,
            prefix: Self.prefix,
            state: "\(root)/\(machine)",
            settings: StoreSettings(endpointURL: endpoint ?? self.endpoint),
            environment: ["HOME": "\(root)/home of \(machine)"]
        )
    }

    /// Mirrors everything.
    @discardableResult
    func mirror(
        from machine: String = "one",
        complete: Bool = false,
        adopts: Bool = false,
        takesOver: Bool = false,
        allowDeletions: Bool = false,
        endpoint: String? = nil,
        excusing excused: Set<MirrorEvidence.Rule> = []
    ) async throws -> Summary {
        var options = try RunOptions.parse([])
        (options.complete, options.allowDeletions) = (complete, allowDeletions ? .all : nil)
        let place = place(machine, endpoint: endpoint)
        var run = LocalRun(
            place: place,
            credentials: credentials,
            environment: environment,
            isQuiet: true,
            logger: tellings.logger
        )
        (run.adopts, run.takesOver) = (adopts, takesOver)
        let summary = try await run.run(vault: nil, options)
        try await withStore(machine) { store in
            let vaults = library.accounts()
            try await place.expectInvariants(
                in: store,
                of: vaults.map { ($0.id, $0.name) },
                secrets: library.privateTexts,
                told: tellings.take(),
                excusing: excused
            )
        }
        return summary
    }

    /// The store as a machine reaches it.
    func withStore(_ machine: String = "one", _ body: (S3ObjectStore) async throws -> Void) async throws {
        try await withTransport(environment) { transport in
            let connection = PlaceConnection(
                environment: environment,
                executor: transport,
                trouble: DestinationTrouble(path: root),
                logger: Self.quiet
            )
            try await body(try place(machine).store(connection))
        }
    }

    /// What lies under the prefix, by key: without the claim.
    func objects() async throws -> [VaultPath: String] {
        // By their bytes: the sample holds one name in both Unicode forms.
        var found: [VaultPath: String] = [:]
        try await withStore { store in
            for try await page in store.list("", after: nil) {
                for object in page where object.key != BucketClaim.key {
                    var hasher = SHA256Hasher()
                    let stream = try #require(try await store.read(ObjectKey(object.key), from: 0))
                    var chunks = stream.makeAsyncIterator()
                    while let chunk = try await chunks.next(isolation: nil) { hasher.update(chunk) }
                    found[VaultPath(object.key)] = hasher.hexDigest()
                }
            }
        }
        return found
    }

    /// What should lie there.
    func expected() -> [VaultPath: String] {
        var files: [VaultPath: String] = [:]
        for vault in library.accounts() {
            for file in vault.files { files[VaultPath("\(vault.name)/\(file.path)")] = file.sha256 }
        }
        return files
    }

    /// How many files the provider has given out so far.
    var pulls: Int { server.counters.pulls }

    private static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// Makes a world with an address of a store.
    static func with(endpoint: String, root: String, _ body: (BucketWorld) async throws -> Void) async throws {
        let secret = root + "/credentials.json"
        let isWritten = FileManager.default.createFile(
            atPath: secret,
            contents: Data(try DemoSource.sampleSecret.json),
            attributes: [.posixPermissions: 0o600]
        )
        try #require(isWritten)
        let library = try SampleLibrary.make()
        try await withObsidianSimulator(library: library, logger: quiet) { server in
            try await body(BucketWorld(root: root, endpoint: endpoint, library: library, server: server))
        }
    }

    /// Makes a world with the built-in store.
    static func with(
        _ manner: S3Manner = .aws,
        basePath: String = "",
        _ body: (BucketWorld, S3Simulator) async throws -> Void
    ) async throws {
        try await withRoot { root in
            var configuration = S3Simulator.Configuration()
            configuration.buckets = [bucket]
            configuration.manner = manner
            configuration.basePath = basePath
            try await withS3Simulator(configuration: configuration, logger: quiet) { store in
                try await with(endpoint: store.endpoint, root: root) { try await body($0, store) }
            }
        }
    }

    /// Makes a folder, and takes it away again.
    static func withRoot(_ body: (String) async throws -> Void) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: root) }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        try await body(root)
    }
}
