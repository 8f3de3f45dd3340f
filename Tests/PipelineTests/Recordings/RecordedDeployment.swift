import AWSAdapters
import AWSClient
import Foundation
import HTTPTransport
import NIOCore
import NIOHTTP1
import Pipeline
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// What the first release's functions left behind, under the present functions: bucket and source in this process, table and
/// secret in an emulator of AWS.
struct RecordedDeployment {
    static let prefix = Deployment.prefix

    let recording: Recording
    let store: S3Simulator
    let stored: StoredMirror
    /// The files of the library by their keys.
    let library: [VaultPath: [UInt8]]
    /// How many bodies were asked of the source, and how many bytes it sent or promised.
    let fetched: @Sendable () -> (bodies: Int, bytes: Int64)
    private let bucket: String
    private let transport: AsyncHTTPClientTransport
    private let lambdaURL: String

    /// Opens a recording and runs `body`.
    ///
    /// - Parameters:
    ///   - name: the recording.
    ///   - isRestored: whether bucket and table hold what was recorded; otherwise they are empty.
    ///   - body: is given the deployment.
    /// - Throws: what `body` throws.
    static func with(
        _ name: String,
        isRestored: Bool = true,
        _ body: (RecordedDeployment) async throws -> Void
    ) async throws {
        let recording = try Recording(name)
        let stage = recording.about.stage
        if recording.about.provider == "gopro" {
            let library = RecordedMedia.make(stage: stage)
            let files = library.account().map { (VaultPath(prefix + $0.path), $0.content.bytes(0..<$0.size)) }
            try await withGoProSimulator(library: library, logger: quietLogger) { server in
                try await with(
                    recording,
                    isRestored,
                    Secret(["provider": .string("gopro"), "access_token": .string(library.issueCapturedToken())]),
                    GoProDemo.environment(server),
                    Dictionary(uniqueKeysWithValues: files),
                    { (server.counters.bodies, server.counters.bytes) },
                    body
                )
            }
        } else {
            let library = try RecordedLibrary.make(stage: stage)
            // Whoever goes on with a run does not sign in first, so a token that works is there.
            let secret = DemoSource.sampleSecret
                .setting(.string(RecordedLibrary.journalPassword), at: "vaults", RecordedLibrary.journalID, "password")
                .setting(.string(library.issueToken()), at: "token", "value")
            try await withObsidianSimulator(library: library, logger: quietLogger) { server in
                try await with(
                    recording,
                    isRestored,
                    secret,
                    ["OBSIDIAN_API_URL": server.baseURL],
                    files(of: library),
                    { (server.counters.pulls, Int64(server.counters.bytesServed)) },
                    body
                )
            }
        }
    }

    private static func files(of library: SimulatedLibrary) -> [VaultPath: [UInt8]] {
        var files: [VaultPath: [UInt8]] = [:]
        for vault in library.vaults {
            for file in vault.account().files {
                guard let content = vault.record(uid: file.uid)?.content else { continue }
                files[VaultPath("\(prefix)\(vault.configuration.name)/\(file.path)")] = content.bytes()
            }
        }
        return files
    }

    private static func with(
        _ recording: Recording,
        _ isRestored: Bool,
        _ secret: Secret,
        _ environment: [String: String],
        _ library: [VaultPath: [UInt8]],
        _ fetched: @escaping @Sendable () -> (bodies: Int, bytes: Int64),
        _ body: (RecordedDeployment) async throws -> Void
    ) async throws {
        let emulator = try #require(Deployment.emulator)
        let bucket = try #require(recording.about.bucket)
        var s3 = S3Simulator.Configuration()
        s3.buckets = [bucket]
        try await AsyncHTTPClientTransport.with { transport in
            try await withS3Simulator(configuration: s3, logger: quietLogger) { store in
                let name = Deployment.uniqueName()
                let aws = try Deployment.client(transport, emulator)
                try await Deployment.makeResources(aws, name, secret: secret)
                var variables = environment.merging(recording.about.environment ?? [:]) { $1 }
                variables["AWS_ENDPOINT_URL"] = emulator
                variables["AWS_ENDPOINT_URL_S3"] = store.endpoint
                variables["S3_BUCKET"] = bucket
                for key in ["STATE_TABLE_NAME", "OBSYNC_SECRET_NAME"] { variables[key] = name }
                let client = try Deployment.client(transport, store.endpoint)
                let stored = StoredMirror(
                    s3: S3(client: client),
                    dynamoDB: DynamoDB(client: aws),
                    bucket: bucket,
                    table: name,
                    prefix: prefix
                )
                try await withLambdaProcess(variables) { lambdaURL in
                    let deployment = RecordedDeployment(
                        recording: recording,
                        store: store,
                        stored: stored,
                        library: library,
                        fetched: fetched,
                        bucket: bucket,
                        transport: transport,
                        lambdaURL: lambdaURL
                    )
                    if isRestored { try await deployment.restore() }
                    try await body(deployment)
                }
            }
        }
    }

    /// Puts objects, uploads and items where they were. An upload gets a new id from the store, which is what items name then.
    private func restore() async throws {
        for row in try recording.rows("objects.jsonl") {
            let key = try #require(row.text("key"))
            let bytes = try recording.content(row) { try #require(library[VaultPath(Self.prefix + $0)], "\($0)") }
            _ = try await stored.s3.putObject(
                .init(
                    body: .init(buffer: ByteBuffer(bytes: bytes)),
                    bucket: bucket,
                    contentType: row.text("content_type"),
                    key: key,
                    metadata: texts(row.members["metadata"]),
                    tagging: texts(row.members["tags"]).map { .init(key: $0.key, value: $0.value) }
                )
            )
        }
        var ids: [String: String] = [:]
        for row in try recording.rows("uploads.jsonl") {
            let key = try #require(row.text("key"))
            let upload = try await stored.s3.createMultipartUpload(
                .init(bucket: bucket, checksumAlgorithm: .crc64nvme, checksumType: .fullObject, key: key)
            )
            ids[try #require(row.text("id"))] = upload.uploadId
            let bytes = try #require(library[VaultPath(key)])
            var offset = 0
            for part in row.elements("parts") {
                let size = Int(try #require(part.integer("size")))
                _ = try await stored.s3.uploadPart(
                    .init(
                        body: .init(buffer: ByteBuffer(bytes: bytes[offset..<offset + size])),
                        bucket: bucket,
                        key: key,
                        partNumber: Int(try #require(part.integer("number"))),
                        uploadId: upload.uploadId
                    )
                )
                offset += size
            }
        }
        for row in try recording.rows("items.jsonl") {
            var text = String(decoding: try JSONEncoder().encode(row), as: UTF8.self)
            for (old, new) in ids { text = text.replacingOccurrences(of: old, with: new) }
            let item = try JSONDecoder().decode([String: DynamoDB.AttributeValue].self, from: Data(text.utf8))
            _ = try await stored.dynamoDB.putItem(.init(item: item, tableName: stored.table))
        }
    }

    func texts(_ json: JSON?) -> [String: String] {
        (json?.members ?? [:]).compactMapValues { if case .string(let text) = $0 { text } else { nil } }
    }

    /// The files of the mirror by their keys.
    func files() async throws -> [VaultPath: [UInt8]] {
        var files: [VaultPath: [UInt8]] = [:]
        for object in store.objects(in: bucket) where object.key.hasPrefix(Self.prefix) {
            files[VaultPath(object.key)] = try await store.content(of: object.key, in: bucket)
        }
        return files
    }

    /// Has the checker look at everything.
    func expectInvariants(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let vaults =
            recording.about.provider == "gopro"
            ? [("gopro", "")]
            : [
                (RecordedLibrary.journalID, RecordedLibrary.journalName),
                (RecordedLibrary.storeID, RecordedLibrary.storeName),
            ]
        try await stored.expectInvariants(of: vaults, sourceLocation: sourceLocation)
    }

    /// The uploads that are open.
    var openUploads: Int { store.openUploads(in: bucket).count }

    /// Goes on from where the recording stands, as the state machine does.
    func goOn() async throws -> Summary {
        let next = try #require(recording.about.next)
        if next.text("function") == "downloader" {
            for event in next.elements("events") { try await workOff(event) }
            let page = try #require(next.members["then"])
            return try await list(following: page, execution: try #require(page.text("run")))
        }
        return try await list(try #require(next.members["event"]))
    }

    /// Starts a new run.
    func run(_ request: JSON = .object([:])) async throws -> Summary {
        let event: JSON = .object(["execution": .string("new-run"), "redrives": .integer(0), "input": request])
        return try await list(following: try await invoke(.authenticator, event), execution: "new-run")
    }

    private func list(following page: JSON, execution: String) async throws -> Summary {
        var event = page
        for name in ["batches", "next", "successor", "max_concurrent", "secret_version", "summary"] {
            event = event.without(name)
        }
        return try await list(event.setting(.string(execution), at: "execution").setting(.integer(0), at: "redrives"))
    }

    private func list(_ event: JSON) async throws -> Summary {
        var event = event
        for _ in 1...300 {
            let page = try await invoke(.lister, event)
            if let summary = page.members["summary"], case .object = summary {
                return try JSONDecoder().decode(Summary.self, from: try JSONEncoder().encode(summary))
            }
            for batch in page.elements("batches") {
                try await workOff(
                    .object([
                        "run": page.members["run"] ?? .null, "request": page.members["request"] ?? .null,
                        "batch": batch,
                    ])
                )
            }
            event = event.setting(page.members["cursor"] ?? .null, at: "cursor")
        }
        throw SyncError(.protocolChanged, "the run does not end")
    }

    private func workOff(_ event: JSON) async throws {
        for _ in 1...100 where try await invoke(.downloader, event).text("status") != "partial" { return }
        throw SyncError(.protocolChanged, "the batch does not end")
    }

    private func invoke(_ function: PipelineFunction, _ event: JSON) async throws -> JSON {
        let response = try await transport.execute(
            HTTPRequest(
                method: .POST,
                url: "\(lambdaURL)/2015-03-31/functions/\(function.rawValue)/invocations",
                body: .bytes(ByteBuffer(bytes: try JSONEncoder().encode(event)))
            ),
            timeout: .seconds(120),
            logger: quietLogger
        )
        let answer = Array(try await response.collect(upTo: 6 << 20).readableBytesView)
        guard response.headers.first(name: "X-Amz-Function-Error") == nil else {
            let failure = try FunctionJSON.decode(FailureCause.self, from: answer)
            throw SyncError(SyncError.Name(rawValue: failure.errorType), failure.errorMessage)
        }
        return try JSONDecoder().decode(JSON.self, from: Data(answer))
    }
}

extension JSON {
    fileprivate func setting(_ value: JSON, at name: String) -> JSON { setting(value, at: [name]) }

    fileprivate func without(_ name: String) -> JSON {
        var members = members
        members[name] = nil
        return .object(members)
    }
}
