/// The settings. From this list come the validation of values, `docs/settings.md`, and the check against the template.
extension Setting {
    private static let functions: Set<Reader> = [.authenticator, .lister, .downloader]
    private static let everybody = Set(Reader.allCases)

    // Where everything is.

    package static let bucket = Setting("S3_BUCKET", for: functions, "The bucket that files and working data go to")
    package static let bucketOwner = Setting(
        "S3_BUCKET_OWNER",
        usual: "not asked",
        for: functions,
        "The account that the bucket has to belong to, twelve digits; every call of S3 names it"
    )
    package static let prefix = Setting(
        "S3_PREFIX",
        parameter: "FilesPrefix",
        for: functions,
        "What the keys of files begin with"
    )
    package static let statePrefix = Setting(
        "S3_STATE_PREFIX",
        parameter: "StatePrefix",
        usual: "state/",
        for: functions,
        "What the keys of manifests and batches begin with"
    )
    package static let storageClass = Setting(
        "S3_STORAGE_CLASS",
        parameter: "StorageClass",
        form: .choice(["STANDARD", "INTELLIGENT_TIERING", "GLACIER_IR"]),
        usual: "STANDARD",
        for: [.downloader],
        "Where videos, pictures and sounds of 128 KiB and more are kept"
    )
    package static let kmsKey = Setting(
        "S3_KMS_KEY_ID",
        parameter: "KmsKeyArn",
        usual: "the bucket's own",
        for: functions,
        "The KMS key that objects are encrypted with"
    )
    package static let allowedBuckets = Setting(
        "ALLOWED_BUCKETS",
        for: functions,
        "Further buckets that `dest_bucket` may name, comma-separated"
    )
    package static let table = Setting("STATE_TABLE_NAME", for: functions, "The DynamoDB table of the records")
    package static let secret = Setting(
        "OBSYNC_SECRET_NAME",
        parameter: "SecretName",
        for: functions,
        "The secret's name or ARN"
    )
    package static let alertTopic = Setting(
        "ALERT_TOPIC_ARN",
        usual: "nobody is told",
        for: [.authenticator],
        "The SNS topic that people are told through"
    )
    package static let deployment = Setting(
        "OBSYNC_DEPLOYMENT",
        usual: "obsync; people are told the bucket's name",
        for: everybody,
        "The deployment's name in metrics and in what people are told"
    )

    // How much at once.

    package static let tokenRefreshHours = Setting(
        "TOKEN_REFRESH_HOURS",
        parameter: "TokenRefreshHours",
        form: .integer(0...8760),
        usual: "24",
        for: [.authenticator],
        "A token with fewer hours left is renewed"
    )
    package static let tokenWarningHours = Setting(
        "TOKEN_WARNING_HOURS",
        parameter: "TokenWarningHours",
        form: .integer(0...8760),
        usual: "72",
        for: [.authenticator],
        "A token that cannot be renewed is warned of when fewer hours are left"
    )
    package static let batchSize = Setting(
        "LAMBDA_BATCH_SIZE",
        parameter: "BatchSize",
        form: .integer(1...100),
        usual: "100",
        for: [.lister],
        "Entries of a batch"
    )
    package static let maxConcurrent = Setting(
        "LAMBDA_MAX_CONCURRENT",
        option: "--concurrency",
        parameter: "MaxConcurrent",
        form: .integer(1...40),
        usual: "3 with Obsidian, 5 with GoPro",
        for: [.lister, .commandLine],
        "Batches that are worked off at once"
    )
    package static let timeoutBuffer = Setting(
        "LAMBDA_TIMEOUT_BUFFER",
        parameter: "TimeoutBuffer",
        form: .integer(1...600),
        usual: "30",
        for: functions,
        "Seconds before the end of an invocation in which nothing new is begun; after two thirds of them parts that are under way "
            + "are given up"
    )
    package static let multipartThreshold = Setting(
        "MULTIPART_THRESHOLD",
        parameter: "MultipartThreshold",
        form: .integer(UploadSettings.smallestPart...64 << 20),
        usual: "8388608",
        for: [.downloader],
        "Bytes up to which a file is stored with one request"
    )
    package static let chunkSize = Setting(
        "CHUNK_SIZE",
        parameter: "ChunkSize",
        form: .integer(UploadSettings.smallestPart...UploadSettings.largestPart),
        usual: "8388608",
        for: [.downloader],
        "Bytes of a part. Of a source without ranges (Obsidian) parts have to be held: at most a 64th of the function's memory, or "
            + "10 MiB, in two parts or more"
    )
    package static let uploadConcurrency = Setting(
        "UPLOAD_CONCURRENCY",
        parameter: "UploadConcurrency",
        form: .integer(1...16),
        usual: "4",
        for: [.downloader],
        "Ranges or parts of one file on their way at once, no more than the source gives; the first of an invocation goes alone and "
            + "tells how fast the line is"
    )
    package static let downloadConcurrency = Setting(
        "DOWNLOAD_CONCURRENCY",
        parameter: "DownloadConcurrency",
        form: .integer(1...64),
        usual: "16",
        for: [.downloader],
        "Files that one invocation fetches at once, where the source allows it"
    )
    package static let memoryLimit = Setting(
        "LAMBDA_MAX_MEMORY_MB",
        form: .integer(128...10_240),
        usual: "the function's memory",
        for: [.downloader],
        "What the downloader may take of the memory that the function has, in MB"
    )

    // The process.

    package static let logLevel = Setting(
        "LOG_LEVEL",
        parameter: "LogLevel",
        form: .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        usual: "info",
        for: functions,
        "The least level that is logged"
    )
    package static let localPort = Setting(
        "LOCAL_LAMBDA_PORT",
        form: .integer(0...65_535),
        usual: "7000",
        for: functions,
        "The port of `POST /invoke` of a function that is started by hand"
    )
    package static let credentials = Setting(
        "OBSYNC_CREDENTIALS",
        option: "--credentials",
        usual: "`credentials.json` beside the mirror's records, or in `$XDG_CONFIG_HOME/obsync`",
        for: Set(Reader.allCases),
        "The credentials file; of a function that is tried out, it stands in for the secret"
    )
    package static let obsidianEmail = Setting(
        "OBSIDIAN_EMAIL",
        for: Set(Reader.allCases),
        "Stands in for `auth.email` of the credentials file; of a function that is tried out, it and the password stand in for the "
            + "secret"
    ).hidden
    package static let obsidianPassword = Setting(
        "OBSIDIAN_PASSWORD",
        for: Set(Reader.allCases),
        "Stands in for `auth.password` in the same way"
    ).hidden
    package static let obsidianSecondFactor = Setting(
        "OBSIDIAN_TOTP_SECRET",
        for: Set(Reader.allCases),
        "Stands in for `auth.totp_secret`, the set-up key of the second factor, in the same way"
    ).hidden

    /// All of them, in the order in which they are told.
    package static let all: [Setting] = [
        bucket, bucketOwner, prefix, statePrefix, storageClass, kmsKey, allowedBuckets, table, secret, alertTopic,
        deployment,
        tokenRefreshHours, tokenWarningHours, batchSize, maxConcurrent, timeoutBuffer, multipartThreshold, chunkSize,
        uploadConcurrency, downloadConcurrency, memoryLimit, exclude, include, shared, deletions, brakeFiles,
        brakePercent,
        brakeMost,
        obsidianSockets,
        obsidianEncryption, goproSidecars, goproFetches, goproResolves, obsidianAddress, goproAddress, allowedHosts,
        logLevel,
        localPort, credentials, obsidianEmail, obsidianPassword, obsidianSecondFactor,
    ]
}
