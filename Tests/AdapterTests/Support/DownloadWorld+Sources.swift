import AWSAdapters
import Clocks
import Downloading
import FoundationEssentials
import GoProCloud
import HTTPTransport
import Logging
import Simulators
import SyncCore
import TestSupport
import Testing

extension DownloadWorld {
    /// Runs a world whose large file has three parts, the last of which is short, and comes as one stream.
    static func with(
        _ change: (inout S3Simulator.Configuration) -> Void = { _ in },
        _ body: (DownloadWorld) async throws -> Void
    ) async throws {
        try await with(largeParts: 2, inRanges: false, change) { world, _ in try await body(world) }
    }

    /// Runs a world whose large file has so many whole parts and a short one, and is read in ranges.
    static func withRanges(
        parts: Int = 6,
        _ body: (DownloadWorld, FakeLibrary) async throws -> Void
    ) async throws {
        try await with(largeParts: parts, inRanges: true, { _ in }, body)
    }

    /// Runs a world whose large file has so many whole parts and a short one.
    static func with(
        largeParts: Int,
        inRanges: Bool,
        _ change: (inout S3Simulator.Configuration) -> Void,
        _ body: (DownloadWorld, FakeLibrary) async throws -> Void
    ) async throws {
        let library = FakeLibrary()
        let vault = try #require(VaultID("notes-id"))
        library.addVault(Vault(id: vault, name: "Notes", epoch: "epoch-1"))
        let large = [UInt8].varied(largeParts * partSize + 12_345)
        library.write(large, to: VaultPath("video.mp4"), in: vault, statesHash: false)
        for number in 1...3 {
            library.write(Array("note \(number)".utf8), to: VaultPath("note \(number).md"), in: vault)
        }
        library.accept(token: "token")
        if inRanges {
            library.setFaults { faults in
                faults.givesRanges = true
                faults.concurrentFetches = 16
            }
        }
        let source = Source(
            provider: FakeProvider(library),
            secret: try Secret(json: Array(#"{"provider": "fake", "token": {"value": "token"}}"#.utf8)),
            vault: vault,
            folder: "Notes/",
            files: { library.vault(vault)?.files ?? [:] },
            sent: { library.rangeBytesSent }
        )
        try await with(source, InstantClock(), change) { world in try await body(world, library) }
    }

    /// Puts the store in this process behind a source.
    static func with(
        _ source: Source,
        _ clock: InstantClock,
        transport: TransportConfiguration = TransportConfiguration(),
        _ change: (inout S3Simulator.Configuration) -> Void = { _ in },
        _ body: (DownloadWorld) async throws -> Void
    ) async throws {
        let seconds: @Sendable () -> Int64 = { clock.now.milliseconds / 1000 }
        try await SimulatedS3.with(
            {
                $0.minimumPartSize = Int64(partSize)
                $0.unixTime = seconds
                change(&$0)
            },
            transport: transport,
            now: { Date(timeIntervalSince1970: Double(seconds())) }
        ) { s3, simulator in
            let store = S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "")
            var world = DownloadWorld(source, store, simulator, clock)
            world.settings.upload.partsInFlight = 3
            try await body(world)
        }
    }
}

/// A simulated GoPro account on sockets: one clip that is read in ranges, and small ones.
enum MediaWorld {
    static let clip = "TestClip00001"
    /// Six whole parts and a short one.
    static let clipSize = Int64(6 * DownloadWorld.partSize + 12_345)
    /// Of 100, 200 and 300 bytes.
    static let smallSizes: Int64 = 600

    /// Runs a world. Whoever is silent for so long, source or store, is taken to be gone.
    static func with(
        patience: Duration = .seconds(60),
        _ body: (DownloadWorld, GoProSimulator) async throws -> Void
    ) async throws {
        let clock = InstantClock()
        let now = clock.now.milliseconds / 1000
        var media = (1...3).map { number in
            SimulatedMedium.video(
                id: "TestNote0000\(number)",
                filename: "GX010\(number)00.MP4",
                captured: now - 90_000,
                created: now - 90_000,
                chapters: [Int64(100 * number)]
            )
        }
        media.append(
            .video(
                id: clip,
                filename: "GX010639.MP4",
                captured: now - 95_000,
                created: now - 95_000,
                chapters: [clipSize]
            )
        )
        var configuration = GoProSimulator.Configuration()
        configuration.unixTime = { Double(clock.now.milliseconds) / 1000 }
        let library = SimulatedMediaLibrary(media)
        var transport = TransportConfiguration()
        transport.readTimeout = patience
        try await withGoProSimulator(library: library, configuration: configuration, logger: .quiet) { simulator in
            try await AsyncHTTPClientTransport.with(transport) { [transport] executor in
                let source = try source(simulator, executor, clock)
                try await DownloadWorld.with(source, clock, transport: transport) { try await body($0, simulator) }
            }
        }
    }

    private static func source(
        _ simulator: GoProSimulator,
        _ executor: AsyncHTTPClientTransport,
        _ clock: InstantClock
    ) throws -> DownloadWorld.Source {
        let library = simulator.library
        let configuration = try GoProProvider.Configuration(environment: [
            "GOPRO_API_URL": simulator.baseURL, "GOPRO_RESOLVES_PER_SECOND": "0",
            "OBSYNC_ALLOW_HOSTS": String(simulator.mediaURL.dropFirst("http://".count)),
        ])
        return DownloadWorld.Source(
            provider: GoProProvider(configuration, executor: executor, clock: clock, random: { 0 }),
            secret: Secret(["provider": .string("gopro"), "access_token": .string(library.issueCapturedToken())]),
            vault: try #require(VaultID("gopro")),
            folder: "",
            files: {
                let files = library.account().map { (VaultPath($0.path), $0.content.bytes(0..<$0.size)) }
                return Dictionary(files) { first, _ in first }
            },
            sent: { simulator.counters.bytesSent }
        )
    }
}
