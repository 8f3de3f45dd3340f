import AWSAdapters
import AWSClient
import CredentialFiles
import Foundation
import LocalAdapters
import Simulators
import SyncCore
import TestSupport
import Testing

/// The adapters of the object store.
enum ObjectStoreAdapter: CaseIterable, Sendable {
    case memory, folder, keepingFolder, s3, simulatedS3, plainS3, lockedS3, ignorantS3, rclone

    /// Those that can be tested here.
    static var available: [ObjectStoreAdapter] {
        allCases.filter { ($0 != .s3 || Emulator.address != nil) && ($0 != .rclone || TestTools.has("rclone")) }
    }

    /// Whether digest and source version come back with `head`.
    var keepsAttributes: Bool { self != .folder }

    /// Whether the list of an upload's parts has the checksum that combines over them.
    var listsChecksums: Bool { ![.s3, .plainS3, .ignorantS3, .rclone].contains(self) }

    /// Whether the store may have to be asked again for a part that streams.
    var mayLackTrailers: Bool { !listsChecksums }

    func with(_ body: (any ObjectStore) async throws -> Void) async throws {
        switch self {
        case .plainS3, .lockedS3, .ignorantS3:
            try await SimulatedS3.with {
                if self == .plainS3 { $0.manner = .plain }
                if self == .lockedS3 { $0.manner = .objectLock }
            } _: { s3, simulator in
                if self == .ignorantS3 {
                    simulator.lack(.tagging, .crc64nvme, .crc32c, .sha256, .trailers, .conditions, as: .ignores)
                }
                try await body(
                    S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "some prefix/", blockSize: 100_000)
                )
            }
        case .rclone:
            try await withRcloneStore { store, _ in try await body(store) }
        case .memory:
            try await body(MemoryObjectStore(chunkSize: 1000))
        case .folder:
            try await withTemporaryFolder { folder in
                try FileManager.default.createDirectory(atPath: folder + "/files", withIntermediateDirectories: true)
                try await body(FolderObjectStore(root: folder + "/files", scratch: folder + "/scratch"))
            }
        case .keepingFolder:
            try await withKeepingFolder { try await body($0.store) }
        case .s3:
            try await Emulator.with { client, _ in
                let s3 = S3(client: client)
                let bucket = Emulator.unique("mirror")
                try await s3.createBucket(.init(bucket: bucket))
                try await body(S3ObjectStore(s3: s3, bucket: bucket, prefix: "some prefix/", blockSize: 100_000))
            }
        case .simulatedS3:
            try await SimulatedS3.with { s3, _ in
                try await body(
                    S3ObjectStore(s3: s3, bucket: SimulatedS3.bucket, prefix: "some prefix/", blockSize: 100_000)
                )
            }
        }
    }
}

/// The adapters of the record store.
enum RecordStoreAdapter: CaseIterable, Sendable {
    case memory, sqlite, dynamoDB, unreliableDynamoDB

    /// Those that can be tested here.
    static var available: [RecordStoreAdapter] {
        allCases.filter { ![.dynamoDB, .unreliableDynamoDB].contains($0) || Emulator.address != nil }
    }

    func with(_ body: (any RecordStore) async throws -> Void) async throws {
        switch self {
        case .memory:
            try await body(MemoryRecordStore())
        case .sqlite:
            try await withTemporaryFolder { try await body(SQLiteRecordStore(path: $0 + "/records.sqlite")) }
        case .dynamoDB:
            try await Emulator.with { client, _ in
                let dynamoDB = DynamoDB(client: client)
                try await body(DynamoRecordStore(dynamoDB: dynamoDB, table: try await Emulator.makeTable(dynamoDB)))
            }
        case .unreliableDynamoDB:
            try await Emulator.with { client, transport in
                let table = try await Emulator.makeTable(DynamoDB(client: client))
                let unreliable = try Emulator.client(over: UnreliableTable(transport))
                try await body(DynamoRecordStore(dynamoDB: DynamoDB(client: unreliable), table: table))
            }
        }
    }
}

/// The adapters of the secret store.
enum SecretStoreAdapter: CaseIterable, Sendable {
    case memory, file, secretsManager

    /// Those that can be tested here.
    static var available: [SecretStoreAdapter] { allCases.filter { $0 != .secretsManager || Emulator.address != nil } }

    /// Opens a store that holds `secret`, or nothing.
    func with(_ secret: Secret?, _ body: (any SecretStore) async throws -> Void) async throws {
        try await with(text: try secret.map { String(decoding: try $0.json, as: UTF8.self) }, body)
    }

    /// Opens a store that holds this text, or nothing. A store in memory cannot hold what is no secret.
    func with(text: String?, _ body: (any SecretStore) async throws -> Void) async throws {
        switch self {
        case .memory:
            try await body(MemorySecretStore(try text.map { try Secret(json: $0.utf8) }))
        case .file:
            try await withTemporaryFolder { folder in
                let path = folder + "/credentials.json"
                if let text { try writeSecret(Array(text.utf8), to: path) }
                try await body(FileSecretStore(path: path, environment: [:]))
            }
        case .secretsManager:
            try await Emulator.with { client, _ in
                let secretsManager = SecretsManager(client: client)
                let name = Emulator.unique("secret")
                if let text {
                    _ = try await secretsManager.createSecret(
                        .init(clientRequestToken: UUID().uuidString, name: name, secretString: text)
                    )
                }
                try await body(SecretsManagerStore(secretsManager: secretsManager, secretID: name))
            }
        }
    }
}

/// Writes a credentials file as its owner keeps it.
func writeSecret(_ bytes: [UInt8], to path: String, mode: Int = 0o600) throws {
    try Data(bytes).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
}

extension AsyncSequence where Self: Sendable {
    /// All elements.
    func collected() async throws -> [Element] {
        var elements: [Element] = []
        for try await element in self { elements.append(element) }
        return elements
    }
}
