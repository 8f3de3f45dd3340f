import AWSClient
import Checksums
import Clocks
import Crypto
import Foundation
import NIOCore
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import AWSAdapters

/// Where a deployment stores: what is there is compared with what should be.
struct StoredMirror: Sendable {
    let s3: S3
    let dynamoDB: DynamoDB
    let bucket: String
    let table: String
    /// What the keys of files begin with.
    let prefix: String

    /// Compares bucket and table with the simulator's own account: every byte, all metadata, every record, nothing else.
    func expectMirror(of library: SimulatedLibrary) async throws {
        // By bytes: the sample holds twins that Swift's String takes for the same text.
        var expected: [VaultPath: SimulatedFile] = [:]
        for vault in library.accounts() {
            for file in vault.files { expected[VaultPath(prefix + vault.name + "/" + file.path)] = file }
            let records = try await records(of: vault.id)
            for file in vault.files {
                let record = try #require(records[VaultPath(file.path)], "\(file.path)")
                #expect(record.status == .completed)
                #expect(record.version == file.uid)
                #expect(record.sha256 == file.sha256)
                #expect(record.size == Int64(file.size))
                #expect(record.pendingSince == nil)
            }
            #expect(records.values.count { $0.status != .deleted } == vault.files.count)
        }
        var stored = 0
        let pages = s3.listObjectsV2Paginator(.init(bucket: bucket, prefix: prefix))
        for try await page in pages {
            for object in page.contents {
                stored += 1
                let file = try #require(
                    expected[VaultPath(object.key)],
                    "\(object.key) is in the mirror and not at the source"
                )
                try await expect(object.key, file)
            }
        }
        #expect(stored == library.accounts().reduce(0) { $0 + $1.files.count })
        try await expectInvariants(of: library.accounts().map { ($0.id, $0.name) })
    }

    /// Has the checker look at everything.
    func expectInvariants(
        of vaults: [(id: String, folder: String)],
        excusing excused: Set<MirrorEvidence.Rule> = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        var evidence = MirrorEvidence(
            records: DynamoRecordStore(dynamoDB: dynamoDB, table: table),
            mirror: S3ObjectStore(s3: s3, bucket: bucket, prefix: prefix),
            state: S3ObjectStore(s3: s3, bucket: bucket, prefix: Self.statePrefix),
            vaults: try vaults.map { .init(id: try #require(VaultID($0.id)), folder: $0.folder) },
            makeHasher: { SHA256Hasher() },
            clock: SystemClock()
        )
        for try await page in s3.listObjectsV2Paginator(.init(bucket: bucket, prefix: "")) {
            evidence.keys.all += page.contents.map(\.key)
        }
        evidence.keys.prefixes = [prefix, Self.statePrefix]
        // What objects state was compared already, or is compared with a recording.
        evidence.readsAttributes = false
        evidence.excused = excused
        for violation in try await MirrorInvariants.violations(of: evidence) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
    }

    private static let statePrefix = "state/"

    private func expect(_ key: String, _ file: SimulatedFile) async throws {
        let object = try await s3.getObject(.init(bucket: bucket, key: key))
        var hasher = SHA256()
        var size = 0
        for try await chunk in object.body {
            size += chunk.readableBytes
            hasher.update(data: Array(chunk.readableBytesView))
        }
        #expect(size == file.size, "\(key)")
        #expect(hasher.finalize().map { String(format: "%02x", $0) }.joined() == file.sha256, "\(key)")
        #expect(object.metadata["sha256"] == file.sha256)
        #expect(object.metadata["source-version"] == String(file.uid))
        let mtime = try #require(object.metadata["mtime"].flatMap(Double.init))
        #expect(Int64((mtime * 1000).rounded()) == file.mtime)
        #expect(object.contentType == ContentType.of(try ObjectKey(file.path)))
        let path = object.metadata["path"]?.removingPercentEncoding
        let isASCII = file.path.utf8.allSatisfy { $0 < 0x80 }
        #expect(isASCII ? path == nil : path?.utf8.elementsEqual(file.path.utf8) == true, "\(key)")
    }

    /// The records of a vault by path.
    func records(of vault: String) async throws -> [VaultPath: FileRecord] {
        let store = DynamoRecordStore(dynamoDB: dynamoDB, table: table)
        var found: [VaultPath: FileRecord] = [:]
        for try await page in store.allRecords(in: try #require(VaultID(vault)), after: nil) {
            for record in page { found[record.path] = record }
        }
        return found
    }
}
