// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let inMemoryTracing = Target.Dependency.product(name: "InMemoryTracing", package: "swift-distributed-tracing")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

// Which commit a release is of: the Makefile says so.
let commit = Context.environment["OBSYNC_COMMIT"] ?? ""
let isCommit = !commit.isEmpty && commit.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }

/// A library of the system. On Linux it is linked statically (see StreamingCrypto), so pkg-config must not add the shared one.
func systemLibrary(_ name: String, pkgConfig: String, brew: String) -> Target {
    #if os(Linux)
        .systemLibrary(name: name)
    #else
        .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.brew([brew])])
    #endif
}

let package = Package(
    name: "Obsync",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0"),
    ],
    targets: [
        .target(name: "CChecksums"),
        .target(name: "CFileCalls"),
        .target(name: "Checksums", dependencies: ["CChecksums", crypto], swiftSettings: settings),
        .target(name: "Clocks", swiftSettings: settings),
        .target(
            name: "SyncCore",
            dependencies: ["Checksums", "Clocks", coreMetrics, logging],
            swiftSettings: settings
        ),
        // One use case each; none of them knows another.
        .target(name: "Authenticating", dependencies: ["Clocks", "SyncCore", logging], swiftSettings: settings),
        .target(name: "Listing", dependencies: ["Clocks", "SyncCore", logging], swiftSettings: settings),
        .target(
            name: "Downloading",
            dependencies: ["Checksums", "Clocks", "SyncCore", logging],
            swiftSettings: settings
        ),
        .target(
            name: "Pipeline",
            dependencies: [
                "Authenticating", "Checksums", "Clocks", "Downloading", "Listing", "SyncCore", logging, tracing,
            ],
            swiftSettings: settings
        ),
        .target(name: "Backup", dependencies: ["Checksums", "Clocks", "SyncCore"], swiftSettings: settings),
        .target(
            name: "StreamingCrypto",
            dependencies: ["COpenSSL", "CUTF8Proc"],
            swiftSettings: settings,
            // The static libraries: a function's image need not have them.
            linkerSettings: [
                .linkedLibrary(":libcrypto.a", .when(platforms: [.linux])),
                .linkedLibrary(":libutf8proc.a", .when(platforms: [.linux])),
                .linkedLibrary("crypto", .when(platforms: [.macOS])),
                .linkedLibrary("utf8proc", .when(platforms: [.macOS])),
            ]
        ),
        .target(
            name: "HTTPTransport",
            dependencies: [
                asyncHTTPClient, logging, nioCore, nioExtras, nioHTTP1, nioHTTPCompression, nioPosix, nioSSL,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "ObsidianSync",
            dependencies: [
                "Checksums", "Clocks", "HTTPTransport", "StreamingCrypto", "SyncCore", crypto, logging, nioCore,
                nioHTTP1, nioPosix, nioWebSocket,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "GoProCloud",
            dependencies: ["Clocks", "HTTPTransport", "SyncCore", crypto, logging, nioCore, nioHTTP1],
            swiftSettings: settings
        ),
        // The one list of them.
        .target(
            name: "Providers",
            dependencies: ["Clocks", "GoProCloud", "HTTPTransport", "ObsidianSync", "SyncCore"],
            swiftSettings: settings
        ),
        .target(name: "CredentialFiles", dependencies: ["SyncCore", nioPosix], swiftSettings: settings),
        .target(
            name: "LocalAdapters",
            dependencies: ["CFileCalls", "Checksums", "Clocks", "StateMachine", "SyncCore", grdb, nioPosix],
            swiftSettings: settings
        ),
        .target(name: "AWSSigning", dependencies: [crypto], swiftSettings: settings),
        .target(
            name: "AWSClient",
            dependencies: ["AWSSigning", "Clocks", "HTTPTransport", crypto, logging, nioCore, nioHTTP1, tracing],
            swiftSettings: settings
        ),
        .target(
            name: "AWSAdapters",
            dependencies: [
                "AWSClient", "Checksums", "Clocks", "HTTPTransport", "SyncCore", coreMetrics, crypto, logging, nioCore,
                tracing,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "LambdaFunctions",
            dependencies: [
                "Authenticating", "AWSAdapters", "AWSClient", "CGlibcCompat", "Checksums", "Clocks", "CredentialFiles",
                "Downloading",
                "HTTPTransport", "LambdaRuntime", "Listing", "Pipeline", "Providers", "SyncCore",
                logging, nioCore, tracing,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Authenticator",
            dependencies: ["LambdaFunctions", "Pipeline"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Lister",
            dependencies: ["LambdaFunctions", "Pipeline"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Downloader",
            dependencies: ["LambdaFunctions", "Pipeline"],
            swiftSettings: settings
        ),
        .target(name: "StateMachine", swiftSettings: settings),
        .target(name: "LoopbackGuard", dependencies: [nioCore, nioHTTP1], swiftSettings: settings),
        .target(
            name: "LambdaRuntime",
            dependencies: ["LoopbackGuard", logging, nioCore, nioHTTP1, nioPosix, unixSignals],
            swiftSettings: settings
        ),
        .target(
            name: "LocalLambda",
            dependencies: [
                "LambdaRuntime", logging, nioCore, nioHTTP1,
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Simulators",
            dependencies: [
                "LoopbackGuard", crypto, .product(name: "CryptoExtras", package: "swift-crypto"), logging, nioCore,
                nioHTTP1, nioPosix,
                nioSSL, nioWebSocket,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "obsync",
            dependencies: [
                "Authenticating", "AWSAdapters", "AWSClient", "Backup", "CBuildInfo", "CGlibcCompat", "Checksums",
                "Clocks", "CredentialFiles",
                "Downloading", "GoProCloud", "HTTPTransport", "LambdaRuntime", "Listing", "LocalAdapters",
                "LocalLambda", "ObsidianSync", "Pipeline", "Providers", "Simulators", "StateMachine", "SyncCore",
                crypto, logging, nioCore, nioHTTP1, argumentParser, unixSignals,
            ],
            resources: [.embedInCode("Resources/vault-sync.asl.json")],
            swiftSettings: settings
        ),
        .target(name: "CPlainScan", path: "Benchmarks/Lister/Sources/CPlainScan"),
        .executableTarget(
            name: "ListerBenchmark",
            dependencies: [
                "AWSAdapters", "AWSClient", "AWSSigning", "Clocks", "CPlainScan", "Listing", "LocalAdapters",
                "SyncCore", "TestSupport", logging,
            ],
            path: "Benchmarks/Lister/Sources/ListerBenchmark",
            swiftSettings: settings
        ),
        .target(name: "CBuildInfo", cSettings: isCommit ? [.define("OBSYNC_COMMIT", to: "\"\(commit)\"")] : []),
        .target(name: "CGlibcCompat"),
        systemLibrary("COpenSSL", pkgConfig: "libcrypto", brew: "openssl@3"),
        systemLibrary("CUTF8Proc", pkgConfig: "libutf8proc", brew: "utf8proc"),

        .target(
            name: "TestSupport",
            dependencies: [
                "AWSClient", "Checksums", "Clocks", "HTTPTransport", "StateMachine", "SyncCore", logging, nioCore,
                nioHTTP1,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestWorld",
            dependencies: ["Authenticating", "Clocks", "Downloading", "Listing", "SyncCore", "TestSupport", logging],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "EchoFunction",
            dependencies: ["LambdaRuntime", logging],
            path: "Tests/EchoFunction",
            swiftSettings: settings
        ),
        .testTarget(
            name: "SyncCoreTests",
            dependencies: ["Checksums", "Clocks", "SyncCore", "TestSupport", coreMetrics, metricsTestKit],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AuthenticatingTests",
            dependencies: ["Authenticating", "Clocks", "SyncCore", "TestSupport", "TestWorld", logging],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ListingTests",
            dependencies: ["Clocks", "Downloading", "Listing", "SyncCore", "TestSupport", "TestWorld"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "DownloadingTests",
            dependencies: ["Checksums", "Clocks", "Downloading", "Listing", "SyncCore", "TestSupport", "TestWorld"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PipelineUnitTests",
            dependencies: [
                "Clocks", "Downloading", "Listing", "Pipeline", "SyncCore", "TestSupport", "TestWorld", inMemoryTracing,
                logging, metricsTestKit, tracing,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BackupTests",
            dependencies: ["Backup", "Checksums", "Clocks", "SyncCore", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChecksumsTests",
            dependencies: ["CChecksums", "Checksums"],
            swiftSettings: settings
        ),
        .testTarget(name: "ClocksTests", dependencies: ["Clocks"], swiftSettings: settings),
        .testTarget(
            name: "StreamingCryptoTests",
            dependencies: ["Checksums", "StreamingCrypto", crypto],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ObsidianSyncTests",
            dependencies: [
                "Checksums", "Clocks", "HTTPTransport", "ObsidianSync", "Simulators", "StreamingCrypto", "SyncCore",
                "TestSupport", crypto, logging, nioCore, nioEmbedded, nioHTTP1, nioPosix, nioWebSocket,
            ],
            exclude: ["Vectors"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GoProCloudTests",
            dependencies: [
                "Authenticating", "Clocks", "Downloading", "GoProCloud", "HTTPTransport", "Listing", "obsync",
                "Pipeline", "Simulators", "StateMachine", "SyncCore", "TestSupport", argumentParser, logging, nioCore,
                nioHTTP1,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HTTPTransportTests",
            dependencies: [
                "HTTPTransport", "LambdaRuntime", "Simulators", "TestSupport", logging, nioCore, nioHTTP1, nioPosix,
                nioSSL,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LoopbackGuardTests",
            dependencies: ["LoopbackGuard", nioCore, nioEmbedded, nioHTTP1],
            swiftSettings: settings
        ),
        .testTarget(name: "AWSSigningTests", dependencies: ["AWSSigning"], swiftSettings: settings),
        .testTarget(
            name: "AWSClientTests",
            dependencies: [
                "AWSClient", "AWSSigning", "HTTPTransport", "TestSupport", crypto, inMemoryTracing, logging, nioCore,
                nioHTTP1, tracing,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "AdapterTests",
            dependencies: [
                "Authenticating", "AWSAdapters", "AWSClient", "AWSSigning", "Backup", "Checksums", "Clocks",
                "CredentialFiles",
                "Downloading", "GoProCloud", "HTTPTransport", "LambdaFunctions", "Listing", "LocalAdapters",
                "ObsidianSync",
                "Pipeline", "Simulators", "StateMachine", "SyncCore", "TestSupport", coreMetrics, grdb, logging,
                nioCore, nioHTTP1, tracing,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LambdaRuntimeTests",
            dependencies: ["LambdaRuntime", logging, nioCore, nioEmbedded, nioHTTP1],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LocalLambdaTests",
            dependencies: ["EchoFunction", "LambdaRuntime", "LocalLambda", "TestSupport", nioCore, nioHTTP1],
            swiftSettings: settings
        ),
        .testTarget(
            name: "StateMachineTests",
            dependencies: ["StateMachine", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SimulatorsTests",
            dependencies: [
                "AWSSigning", "LoopbackGuard", "Simulators", crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"), logging,
                nioCore,
                nioHTTP1, nioPosix, nioWebSocket,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ObsyncTests",
            dependencies: [
                "Authenticating", "AWSAdapters", "AWSClient", "Backup", "Checksums", "Clocks", "Downloading",
                "HTTPTransport", "Listing", "LocalAdapters",
                "obsync", "Pipeline", "Providers", "Simulators", "StateMachine", "SyncCore", "TestSupport",
                argumentParser, grdb, logging, nioCore, nioHTTP1, unixSignals,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ReliabilityTests",
            dependencies: [
                "Checksums", "Clocks", "Downloading", "Listing", "LocalAdapters", "obsync", "Pipeline", "StateMachine",
                "SyncCore", "TestSupport", logging,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PipelineTests",
            dependencies: [
                "Authenticator", "AWSAdapters", "AWSClient", "AWSSigning", "Checksums", "Clocks", "CredentialFiles",
                "Downloader",
                "Downloading", "HTTPTransport", "Lister", "Listing", "LocalAdapters", "LocalLambda", "ObsidianSync",
                "obsync", "Pipeline", "Simulators", "StateMachine", "SyncCore", "TestSupport",
                crypto, logging, nioCore, nioHTTP1,
            ],
            swiftSettings: settings
        ),
    ]
)
