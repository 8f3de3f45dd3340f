import AWSAdapters
package import AWSClient
package import Authenticating
package import Checksums
import Clocks
package import Downloading
package import HTTPTransport
package import Listing
package import Logging
package import Pipeline
package import SyncCore
package import Tracing

/// The settings of a deployment, read from a function's environment variables.
package struct FunctionEnvironment: Sendable {
    /// `S3_BUCKET`: where the files go.
    package var bucket: String
    /// `S3_BUCKET_OWNER`: the account that the bucket has to belong to, where that is known.
    package var bucketOwner: String?
    /// `S3_PREFIX`: what their keys begin with; empty, or ending in `/`.
    package var prefix: String
    /// `S3_STATE_PREFIX`: what the keys of manifests and batches begin with; `state/` where it is not set.
    package var statePrefix: String
    /// `STATE_TABLE_NAME`: where the records are.
    package var table: String
    /// `OBSYNC_SECRET_NAME`: the secret's name or ARN; nil where something stands in for the secret.
    package var secretID: String?
    /// `S3_KMS_KEY_ID`: the key that objects are encrypted with, if one is set.
    package var kmsKeyID: String?
    /// `S3_STORAGE_CLASS`: where videos, pictures and sounds are kept; nil for the usual place.
    package var storageClass: S3.StorageClass?
    /// `OBSYNC_DEPLOYMENT`: the deployment's name in metrics; `obsync` where it is not set.
    package var deployment: String
    /// `ALLOWED_BUCKETS`: further buckets that a request may name.
    package var allowedBuckets: [String]
    /// `LAMBDA_TIMEOUT_BUFFER`: how long before the end of an invocation nothing new is begun.
    package var timeoutBuffer: Duration
    /// `LAMBDA_BATCH_SIZE`, `LAMBDA_MAX_CONCURRENT`, `DELETION_POLICY`, `DELETION_BRAKE_FILES`, `DELETION_BRAKE_PERCENT`,
    /// `SYNC_EXCLUDE`, `SYNC_INCLUDE`.
    package var listing = ListSettings()
    /// `TOKEN_REFRESH_HOURS`, `TOKEN_WARNING_HOURS`, `OBSYNC_DEPLOYMENT`.
    package var authenticating = AuthenticateSettings()
    /// `ALERT_TOPIC_ARN`: the SNS topic that people are told through, if one is set.
    package var alertTopicARN: String?
    /// `MULTIPART_THRESHOLD`, `CHUNK_SIZE`, `UPLOAD_CONCURRENCY`, `DOWNLOAD_CONCURRENCY`; and what the platform says of
    /// the function's memory in `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`.
    package var downloading = DownloadSettings()
    private let variables: [String: String]

    /// Reads the variables.
    ///
    /// - Throws: `InvalidConfiguration` naming the variable that is missing or wrong.
    package init(_ variables: [String: String]) throws(SyncError) {
        let reader = SettingReader(variables)
        self.variables = variables
        bucket = try reader.required(.bucket)
        bucketOwner = try reader.account(.bucketOwner)
        prefix = SettingReader.withSlash(try reader.text(.prefix) ?? "")
        statePrefix = SettingReader.withSlash(try reader.text(.statePrefix) ?? Setting.statePrefix.usual)
        guard !prefix.hasPrefix(statePrefix) else {
            throw SyncError(
                .invalidConfiguration,
                "S3_PREFIX lies below S3_STATE_PREFIX; give the files a place of their own"
            )
        }
        if statePrefix.hasPrefix(prefix), let folder = statePrefix.dropFirst(prefix.count).split(separator: "/").first {
            listing.reservedFolders = [String(folder)]
        }
        table = try reader.required(.table)
        secretID = try reader.text(.secret)
        let (file, email) = (try reader.text(.credentials), try reader.text(.obsidianEmail))
        if file == nil, email == nil { secretID = try reader.required(.secret) }
        kmsKeyID = try reader.text(.kmsKey)
        let keptIn = try reader.text(.storageClass).flatMap { S3.StorageClass(rawValue: $0) }
        storageClass = keptIn == .standard ? nil : keptIn
        deployment = try reader.dimension(.deployment) ?? "obsync"
        allowedBuckets = (try reader.text(.allowedBuckets) ?? "").split(separator: ",")
            .map { $0.filter { $0 != " " } }
        alertTopicARN = try reader.topicARN(.alertTopic)
        authenticating.deployment = try reader.text(.deployment) ?? bucket
        if let hours = try reader.integer(.tokenRefreshHours) {
            authenticating.refreshBefore = .seconds(hours * 3600)
        }
        if let hours = try reader.integer(.tokenWarningHours) {
            authenticating.warnBefore = .seconds(hours * 3600)
        }
        timeoutBuffer = .seconds(try reader.integer(.timeoutBuffer) ?? 30)
        try listing.take(reader)
        downloading = try Self.downloading(reader)
    }

    private func store(
        _ s3: S3,
        _ place: (bucket: String, prefix: String),
        _ knowledge: StoreKnowledge
    ) -> S3ObjectStore {
        var store = S3ObjectStore(
            s3: s3,
            bucket: place.bucket,
            prefix: place.prefix,
            kmsKeyID: kmsKeyID,
            knowledge: knowledge
        )
        store.mediaClass = storageClass
        return store
    }

    /// Where a request's files go: nowhere but below this deployment's prefix, and never among its working data.
    private func place(of request: SyncRequest) throws(SyncError) -> (bucket: String, prefix: String) {
        let place = (
            bucket: request.destinationBucket ?? bucket,
            prefix: request.destinationPrefix.map(SettingReader.withSlash) ?? prefix
        )
        guard place.bucket == bucket else { return place }
        guard place.prefix.hasPrefix(prefix) else {
            throw SyncError(
                .invalidInput,
                "the field dest_prefix has to begin with S3_PREFIX (\(prefix)); this deployment may write nowhere else"
            )
        }
        let isApart = !place.prefix.hasPrefix(statePrefix) && !statePrefix.hasPrefix(place.prefix)
        guard isApart || place.prefix == prefix else {
            throw SyncError(
                .invalidInput,
                "the field dest_prefix and the prefix of the working data lie in each other"
            )
        }
        return place
    }

    /// The pipeline over AWS.
    ///
    /// - Parameters:
    ///   - executor: sends requests.
    ///   - providers: the clouds that the function knows.
    ///   - standIn: what stands in for a secret that no variable names.
    ///   - makeHasher: makes SHA-256 hashers.
    ///   - timeout: how long the head of one answer of AWS may take.
    ///   - deadline: until when the invocation at hand has time for calls of AWS.
    ///   - metrics: what is measured.
    ///   - tracer: makes spans of calls to AWS and to the provider.
    ///   - logger: for what concerns no invocation in particular.
    /// - Returns: the three functions over S3, DynamoDB and Secrets Manager.
    /// - Throws: `InvalidConfiguration` naming the variable.
    package func pipeline(
        executor: any HTTPExecutor,
        providers: [any LibraryProvider],
        standIn: any SecretStore,
        makeHasher: @escaping MakeContentHasher,
        timeout: Duration = .seconds(60),
        deadline: CallDeadline? = nil,
        metrics: SyncMetrics = SyncMetrics(),
        tracer: some Tracer = NoOpTracer(),
        logger: Logger
    ) throws -> Pipeline {
        let client = try AWSClient(
            environment: variables,
            timeout: timeout,
            deadline: deadline,
            executor: executor,
            tracer: tracer,
            logger: logger
        )
        let s3 = S3(client: client, owners: bucketOwner.map { [self.bucket: $0] } ?? [:])
        // What is learnt of the service holds for all that it keeps.
        let knowledge = StoreKnowledge { _, sentence in
            logger.notice("the store is not as usual", metadata: [LogKey.cause: "\(sentence)"])
        }
        let secrets: (any SecretStore)? = secretID.map {
            SecretsManagerStore(secretsManager: SecretsManager(client: client), secretID: $0)
        }
        var pipeline = Pipeline(
            secrets: secrets ?? standIn,
            providers: providers,
            records: DynamoRecordStore(dynamoDB: DynamoDB(client: client), table: table),
            state: S3ObjectStore(
                s3: s3,
                bucket: bucket,
                prefix: statePrefix,
                kmsKeyID: kmsKeyID,
                knowledge: knowledge
            ),
            mirror: { request in
                let place = try self.place(of: request)
                return (store(s3, place, knowledge), "\(place.bucket)/\(place.prefix)")
            },
            clock: SystemClock(),
            makeHasher: makeHasher
        )
        pipeline.metrics = metrics
        pipeline.tracer = tracer
        pipeline.allowedBuckets = [bucket] + allowedBuckets
        pipeline.authenticating = authenticating
        if let alertTopicARN {
            let topic = TopicNotifier(sns: SNS(client: client), topicARN: alertTopicARN)
            pipeline.notify = { notice, _ in try await topic.publish(notice) }
        }
        pipeline.listing = listing
        pipeline.downloading = downloading
        return pipeline
    }
}
