import AWSAdapters
import AWSClient
import Backup
import Checksums
import Clocks
import HTTPTransport
import NIOCore
import NIOHTTP1
import Simulators
import SyncCore
import TestSupport
import Testing

@Suite("The history of a bucket", .tags(.integration))
struct S3VersionHistoryTests {
    enum Service: CaseIterable {
        case emulator, simulator, lockedSimulator

        /// Those that can be tested here.
        static var available: [Service] { allCases.filter { $0 != .emulator || Emulator.address != nil } }
    }

    private func with(
        _ service: Service,
        _ body: (S3ObjectStore, S3VersionHistory) async throws -> Void
    ) async throws {
        guard service == .emulator else {
            return try await SimulatedS3.with {
                $0.keepsVersions = service == .simulator
                if service == .lockedSimulator { $0.manner = .objectLock }
            } _: { s3, _ in
                let bucket = SimulatedS3.bucket
                let history = S3VersionHistory(s3: s3, bucket: bucket, prefix: "p/", reserved: ["state"], blockSize: 4)
                try await body(S3ObjectStore(s3: s3, bucket: bucket, prefix: "p/"), history)
            }
        }
        try await Emulator.with { client, transport in
            let s3 = S3(client: client)
            let bucket = Emulator.unique("history")
            try await s3.createBucket(.init(bucket: bucket))
            try await keepVersions(of: bucket, transport)
            let history = S3VersionHistory(s3: s3, bucket: bucket, prefix: "p/", reserved: ["state"], blockSize: 4)
            try await body(S3ObjectStore(s3: s3, bucket: bucket, prefix: "p/"), history)
        }
    }

    private func keepVersions(of bucket: String, _ transport: AsyncHTTPClientTransport) async throws {
        let scope = "testing/20261121/eu-central-1/s3/aws4_request"
        let answer = try await transport.execute(
            HTTPRequest(
                method: .PUT,
                url: "\(try #require(Emulator.address))/\(bucket)?versioning",
                headers: [
                    "Authorization": "AWS4-HMAC-SHA256 Credential=\(scope), SignedHeaders=host, Signature=0"
                ],
                body: .bytes(
                    ByteBuffer(
                        string: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
                    )
                )
            ),
            timeout: .seconds(10),
            logger: .quiet
        )
        #expect(answer.status == 200)
    }

    private func put(_ path: String, _ text: String, in store: S3ObjectStore) async throws {
        let attributes = ObjectAttributes(
            contentType: "text/plain",
            sha256: FingerprintHasher.digest(Array(text.utf8)),
            sourceVersion: "1",
            mtime: Timestamp(milliseconds: 1_770_399_182_173)
        )
        try await store.put(try ObjectKey(path), Array(text.utf8), attributes)
    }

    private func files(_ history: S3VersionHistory, _ vault: MirroredVault) async throws -> [FileVersions] {
        var files: [FileVersions] = []
        for try await page in history.files(of: vault) { files += page }
        return files
    }

    @Test(
        "vaults are the folders of the bucket, also those of which every file is deleted",
        arguments: Service.available
    )
    func vaults(_ service: Service) async throws {
        try await with(service) { store, history in
            try await put("Notes/a.md", "one", in: store)
            try await put("Gone/b.md", "two", in: store)
            try await put("state/run.json", "{}", in: store)
            try await store.delete([try ObjectKey("Gone/b.md")])
            #expect(try await history.vaults().map(\.folder) == ["Gone", "Notes"])
        }
    }

    @Test("a library without folders of vaults is one vault", arguments: Service.available)
    func library(_ service: Service) async throws {
        try await with(service) { store, history in
            try await put("2024/11/abc/GX010001.MP4", "one", in: store)
            try await put("2025/01/abd/GX010002.MP4", "two", in: store)
            try await put("state/run.json", "{}", in: store)
            let vaults = try await history.vaults()
            #expect(vaults.map(\.folder) == [""])
            #expect(
                try await files(history, vaults[0]).map(\.path.rawValue) == [
                    "2024/11/abc/GX010001.MP4", "2025/01/abd/GX010002.MP4",
                ]
            )
        }
    }

    @Test(
        "versions, deletions and what came back are told with their bytes, hashes and times",
        arguments: Service.available
    )
    func versions(_ service: Service) async throws {
        try await with(service) { store, history in
            let notes = MirroredVault(id: nil, folder: "Notes")
            try await put("Notes/a b+c.md", "first!", in: store)
            try await put("Notes/a b+c.md", "second", in: store)
            try await put("Notes/caf\u{E9}.md", "other", in: store)
            try await store.delete([try ObjectKey("Notes/caf\u{E9}.md")])
            let found = try await files(history, notes)
            #expect(found.map(\.path.rawValue) == ["a b+c.md", "caf\u{E9}.md"])
            #expect(found[0].versions.map(\.ending) == [.changed, nil])
            #expect(found[1].versions.map(\.ending) == [.deleted])
            #expect(VersionSelection.present(found[1]) == nil)
            for (version, text) in zip(found[0].versions + found[1].versions, ["first!", "second", "other"]) {
                var bytes: [UInt8] = []
                let stream = try #require(try await history.read(version, from: 0))
                for try await chunk in stream { bytes += chunk }
                #expect(String(decoding: bytes, as: UTF8.self) == text)
                let details = try await history.details(of: version)
                #expect(details.sha256 == FingerprintHasher.digest(Array(text.utf8)))
                #expect(details.mtime == Timestamp(milliseconds: 1_770_399_182_173))
            }
        }
    }

    @Test("a vault is restored from the bucket alone", arguments: Service.available)
    func restored(_ service: Service) async throws {
        try await with(service) { store, history in
            try await put("Notes/a.md", "kept", in: store)
            try await put("Notes/sub/b.md", "deleted", in: store)
            try await store.delete([try ObjectKey("Notes/sub/b.md")])
            let target = MemoryObjectStore()
            let restoration = Restoration(from: history, to: target, .init(), makeHasher: { FingerprintHasher() })
            let summary = try await restoration(MirroredVault(id: nil, folder: "Notes"), into: "") { _ in }
            #expect(summary.restored == 1 && summary.sizeOnly == 0)
            #expect(target.objects.keys.map(\.rawValue) == ["a.md"])
        }
    }
}
