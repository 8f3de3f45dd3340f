import AWSAdapters
import AWSClient
import AWSSigning
import Checksums
import Clocks
import Foundation
import HTTPTransport
import NIOCore
import NIOHTTP1
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// A deployment that mirrors one clip of the simulated GoPro service into the store in this process, by the functions' own
/// executables; table and secret are in an emulator of AWS.
struct MediaDeployment: Sendable {
    static let bucket = "mirror"
    /// What the clock of the store is behind ours, so that an upload is old enough at once to be taken for forgotten.
    private static let storeIsBehind: Int64 = 300

    let source: GoProSimulator
    let store: S3Simulator
    let records: DynamoRecordStore
    let variables: [String: String]
    private let transport: AsyncHTTPClientTransport

    /// Sets everything up and runs `body`.
    static func with(
        clipBytes: Int64,
        sourcePace: Int? = nil,
        tls: Bool = false,
        retention: S3Retention = .memory,
        environment: [String: String] = [:],
        _ body: (MediaDeployment) async throws -> Void
    ) async throws {
        let emulator = try #require(Deployment.emulator)
        var gopro = GoProSimulator.Configuration()
        gopro.bytesPerSecond = sourcePace
        var s3 = S3Simulator.Configuration()
        s3.buckets = [bucket]
        s3.retention = retention
        s3.unixTime = { Int64(Date().timeIntervalSince1970) - storeIsBehind }
        let library = SimulatedMediaLibrary([clip(1, clipBytes)])
        let folder = FileManager.default.temporaryDirectory.appending(path: "obsync-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        if tls {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            s3.tls = try SampleCertificate.write(to: folder.path(percentEncoded: false))
        }
        let root = s3.tls?.certificates
        let secret = Secret([
            "provider": .string("gopro"), "access_token": .string(library.issueCapturedToken()),
        ])
        try await AsyncHTTPClientTransport.with { transport in
            try await withGoProSimulator(library: library, configuration: gopro, logger: quietLogger) { source in
                try await withS3Simulator(configuration: s3, logger: quietLogger) { store in
                    let name = Deployment.uniqueName()
                    let aws = try Deployment.client(transport, emulator)
                    try await Deployment.makeResources(aws, name, secret: secret)
                    var variables = environment.merging(GoProDemo.environment(source)) { first, _ in first }
                    variables["AWS_ENDPOINT_URL"] = emulator
                    variables["AWS_ENDPOINT_URL_S3"] = store.endpoint
                    variables["S3_BUCKET"] = bucket
                    variables["AWS_CA_BUNDLE"] = root
                    for key in ["STATE_TABLE_NAME", "OBSYNC_SECRET_NAME"] { variables[key] = name }
                    try await body(
                        MediaDeployment(
                            source: source,
                            store: store,
                            records: DynamoRecordStore(dynamoDB: DynamoDB(client: aws), table: name),
                            variables: variables,
                            transport: transport
                        )
                    )
                }
            }
        }
    }

    /// A clip of so many bytes.
    static func clip(_ number: Int64, _ size: Int64) -> SimulatedMedium {
        let moment = 1_780_000_000 + number * 1000
        return .video(
            id: "Clip00000000\(number)",
            filename: "GX010001.MP4",
            captured: moment,
            created: moment,
            chapters: [size]
        )
    }

    /// Hands an event to a function at an address, and requires an answer.
    func invoke<Output: Decodable>(_ url: String, _ input: some Encodable, as type: Output.Type) async throws -> Output
    {
        try await attempt(url, input, as: type).get()
    }

    /// Hands an event to a function at an address.
    func attempt<Output: Decodable>(
        _ url: String,
        _ input: some Encodable,
        as type: Output.Type
    ) async throws -> Result<Output, FunctionFailure> {
        let response = try await transport.execute(
            HTTPRequest(method: .POST, url: url, body: .bytes(ByteBuffer(bytes: try FunctionJSON.encode(input)))),
            timeout: .seconds(120),
            logger: quietLogger
        )
        let answer = try await response.collect(upTo: 6 << 20)
        guard response.status == 200, response.headers.first(name: "X-Amz-Function-Error") == nil else {
            return .failure(FunctionFailure(answer: String(buffer: answer)))
        }
        return .success(try FunctionJSON.decode(Output.self, from: answer.readableBytesView))
    }

    /// What a function answered that has failed.
    struct FunctionFailure: Error {
        var answer: String
    }

    /// Starts a function as a process by itself, and gives the address that it listens on.
    func start(_ name: String) async throws -> (process: PlainFunction, url: String) {
        var variables = functionEnvironment(variables)
        variables["LOCAL_LAMBDA_PORT"] = "0"
        variables["LOG_LEVEL"] = "info"
        let function = try PlainFunction(name, variables)
        return (function, try #require(try await function.firstLine().url))
    }
}

extension MediaDeployment {
    /// Has the checker look at everything, and at what functions that have ended have told.
    func expectInvariants(
        _ functions: [PlainFunction],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let s3 = S3(client: try Deployment.client(transport, store.endpoint))
        var evidence = MirrorEvidence(
            records: records,
            mirror: S3ObjectStore(s3: s3, bucket: Self.bucket, prefix: Deployment.prefix),
            state: S3ObjectStore(s3: s3, bucket: Self.bucket, prefix: "state/"),
            vaults: [.init(id: try #require(VaultID("gopro")), folder: "")],
            makeHasher: { SHA256Hasher() },
            clock: SystemClock()
        )
        evidence.keys = (store.objects(in: Self.bucket).map(\.key), [Deployment.prefix, "state/"])
        evidence.keepsDeleted = true
        evidence.secrets = source.library.privateTexts
        for function in functions {
            for text in [function.output, function.log] {
                evidence.told.append(.init("function", try await text.lines().joined(separator: "\n")))
            }
        }
        for violation in try await MirrorInvariants.violations(of: evidence) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
    }

    /// That the clip is there, once and whole, with a record that says so.
    func expectClip(_ sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let file = try #require(source.library.account().first)
        let key = Deployment.prefix + file.path
        let keys = store.objects(in: Self.bucket).map(\.key).filter { $0.hasPrefix(Deployment.prefix) }
        #expect(keys == [key], sourceLocation: sourceLocation)
        let object = try #require(store.object(key, in: Self.bucket))
        #expect(object.size == file.size, sourceLocation: sourceLocation)
        let vault = try #require(VaultID("gopro"))
        let path = VaultPath(file.path)
        let record = try #require(try await records.records(of: [path], in: vault)[path])
        #expect(record.status == .completed, sourceLocation: sourceLocation)
        #expect(record.checkpoint == nil, sourceLocation: sourceLocation)
    }
}
