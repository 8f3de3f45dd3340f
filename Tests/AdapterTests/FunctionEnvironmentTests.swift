import Authenticating
import Downloading
import Listing
import SyncCore
import Testing

@testable import AWSAdapters
@testable import LambdaFunctions

@Suite("The variables of a function")
struct FunctionEnvironmentTests {
    private static let required = ["S3_BUCKET": "b", "STATE_TABLE_NAME": "t", "OBSYNC_SECRET_NAME": "s"]

    private func environment(_ more: [String: String]) throws -> FunctionEnvironment {
        try FunctionEnvironment(Self.required.merging(more) { $1 })
    }

    @Test("three variables are enough")
    func defaults() throws {
        let found = try environment([:])
        #expect((found.bucket, found.table, found.secretID) == ("b", "t", "s"))
        #expect((found.prefix, found.statePrefix) == ("", "state/"))
        #expect(found.kmsKeyID == nil)
        #expect(found.deployment == "obsync")
        #expect(found.allowedBuckets.isEmpty)
        #expect(found.timeoutBuffer == .seconds(30))
        #expect(found.authenticating.refreshBefore == .seconds(24 * 3600))
        #expect(found.authenticating.warnBefore == .seconds(72 * 3600))
        #expect(found.authenticating.deployment == "b")
        #expect(found.alertTopicARN == nil)
        #expect(found.listing.batchSize == 100)
        #expect(found.listing.concurrencyLimit == 5)
        #expect(found.listing.deletions == nil)
        #expect(found.downloading.upload.partSize == 8 << 20)
    }

    @Test("every variable is heeded")
    func everything() throws {
        let found = try environment([
            "S3_PREFIX": "vaults", "S3_STATE_PREFIX": "work/", "S3_KMS_KEY_ID": "k", "ALLOWED_BUCKETS": "c,d",
            "LAMBDA_TIMEOUT_BUFFER": "45", "LAMBDA_BATCH_SIZE": "10", "LAMBDA_MAX_CONCURRENT": "7",
            "DELETION_POLICY": "keep", "MULTIPART_THRESHOLD": "16777216", "CHUNK_SIZE": "6291456",
            "UPLOAD_CONCURRENCY": "2", "DOWNLOAD_CONCURRENCY": "9", "OBSYNC_DEPLOYMENT": "family-archive",
            "TOKEN_REFRESH_HOURS": "6", "TOKEN_WARNING_HOURS": "48",
            "ALERT_TOPIC_ARN": "arn:aws:sns:eu-central-1:1:alerts",
        ])
        #expect(found.authenticating.refreshBefore == .seconds(6 * 3600))
        #expect(found.authenticating.warnBefore == .seconds(48 * 3600))
        #expect(found.authenticating.deployment == "family-archive")
        #expect(found.alertTopicARN == "arn:aws:sns:eu-central-1:1:alerts")
        #expect((found.prefix, found.statePrefix) == ("vaults/", "work/"))
        #expect(found.kmsKeyID == "k")
        #expect(found.deployment == "family-archive")
        #expect(found.allowedBuckets == ["c", "d"])
        #expect(found.timeoutBuffer == .seconds(45))
        #expect(found.listing.batchSize == 10)
        #expect((found.listing.maxConcurrent, found.listing.concurrencyLimit) == (7, 7))
        #expect(found.listing.deletions == .keep)
        #expect(found.downloading.fetchesInFlight == 9)
        let upload = found.downloading.upload
        #expect((upload.multipartThreshold, upload.partSize, upload.partsInFlight) == (16 << 20, 6 << 20, 2))
    }

    @Test("a limit of the memory counts where it is less than the function has")
    func memory() throws {
        func bodies(_ limit: String) throws -> Int {
            try environment(["AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024", "LAMBDA_MAX_MEMORY_MB": limit]).downloading
                .bytesInFlight
        }
        #expect(try bodies("256") * 4 == bodies("1024"))
        #expect(try bodies("2048") == bodies("1024"))
        #expect(throws: SyncError.self) { try bodies("none") }
    }

    @Test("something may stand in for a secret", arguments: ["OBSYNC_CREDENTIALS", "OBSIDIAN_EMAIL"])
    func standIn(name: String) throws {
        #expect(try environment(["OBSYNC_SECRET_NAME": "", name: "x"]).secretID == nil)
        #expect(try environment([name: "x"]).secretID == "s")
    }

    @Test("a missing variable is named", arguments: ["S3_BUCKET", "STATE_TABLE_NAME", "OBSYNC_SECRET_NAME"])
    func missing(name: String) {
        for value in [nil, ""] as [String?] {
            var variables = Self.required
            variables[name] = value
            let error = #expect(throws: SyncError.self) { try FunctionEnvironment(variables) }
            #expect(error?.name == .invalidConfiguration)
            #expect(error?.message.contains(name) == true)
        }
    }

    @Test(
        "a wrong variable is named",
        arguments: [
            ("LAMBDA_TIMEOUT_BUFFER", "0"), ("LAMBDA_TIMEOUT_BUFFER", "soon"), ("LAMBDA_BATCH_SIZE", "101"),
            ("LAMBDA_MAX_CONCURRENT", "41"), ("DELETION_POLICY", "sometimes"), ("MULTIPART_THRESHOLD", "1"),
            ("CHUNK_SIZE", "5MB"), ("CHUNK_SIZE", "5368709121"), ("UPLOAD_CONCURRENCY", "0"),
            ("DOWNLOAD_CONCURRENCY", "65"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "64"), ("TOKEN_REFRESH_HOURS", "-1"),
            ("TOKEN_WARNING_HOURS", "soon"), ("ALERT_TOPIC_ARN", "alerts"),
            ("ALERT_TOPIC_ARN", "arn:aws:sqs:eu-central-1:1:alerts"), ("ALERT_TOPIC_ARN", "arn:aws:sns::1:alerts"),
            ("OBSYNC_DEPLOYMENT", "my archive"), ("OBSYNC_DEPLOYMENT", ":x"), ("OBSYNC_DEPLOYMENT", "Fam\u{EF}lie"),
        ]
    )
    func wrong(name: String, value: String) {
        let error = #expect(throws: SyncError.self) { try environment([name: value]) }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains(name) == true)
    }

    @Test(
        "what may be held in memory follows from the function's memory",
        arguments: [("128", 8, 5, 1), ("1024", 64, 8, 1), ("2048", 128, 8, 3), ("10240", 640, 8, 4)]
    )
    func memory(size: String, bodies: Int, part: Int, inFlight: Int) throws {
        let found = try environment(["AWS_LAMBDA_FUNCTION_MEMORY_SIZE": size]).downloading
        #expect(found.bytesInFlight == bodies << 20)
        let parts = found.upload.bufferedParts(for: nil)
        #expect(parts == (part << 20, inFlight))
        let usage = try #require(found.sampleResources())
        #expect(usage.memory > 0)
        #expect((0...1).contains(usage.temporaryFiles))
    }

    @Test(
        "temporary files are short where little room is left, not where a large disk is mostly full",
        arguments: [(512, 512, 0), (102, 512, 0.8), (0, 512, 1), (48_000, 264_000, 0), (256, 10_240, 0.5)]
            as [(Int64, Int64, Double)]
    )
    func temporaryFiles(free: Int64, total: Int64, used: Double) {
        #expect(abs(ProcessResources.used(free: free << 20, of: total << 20) - used) < 0.01)
    }

    @Test("bodies that the function's memory cannot hold as a whole go in parts")
    func thresholdTooLarge() throws {
        let variables = ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "MULTIPART_THRESHOLD": "67108864"]
        #expect(try environment(variables).downloading.upload.multipartThreshold == 16 << 20)
    }
}
