import AWSClient
package import HTTPTransport
package import Logging
package import SyncCore
package import Tracing

/// The settings of a deployment, read from a function's environment variables.
package struct FunctionEnvironment: Sendable {
    /// `S3_BUCKET`: where the files go.
    package var bucket: String
    /// `S3_PREFIX`: what their keys begin with; empty, or ending in `/`.
    package var prefix: String
    /// `S3_STATE_PREFIX`: what the keys of manifests and batches begin with; `state/` where it is not set.
    package var statePrefix: String
    /// `STATE_TABLE_NAME`: where the records are.
    package var table: String
    /// `OBSYNC_SECRET_NAME`: the secret's name or ARN.
    package var secretID: String
    /// `S3_KMS_KEY_ID`: the key that objects are encrypted with, if one is set.
    package var kmsKeyID: String?
    /// `OBSYNC_DEPLOYMENT`: the deployment's name in metrics; `obsync` where it is not set.
    package var deployment: String
    /// `ALLOWED_BUCKETS`: further buckets that a request may name.
    package var allowedBuckets: [String]
    /// `LAMBDA_TIMEOUT_BUFFER`: how long before the end of an invocation nothing new is begun.
    package var timeoutBuffer: Duration
    /// `LAMBDA_BATCH_SIZE`, `LAMBDA_MAX_CONCURRENT`, `DELETION_POLICY`, `DELETION_BRAKE_FILES`, `DELETION_BRAKE_PERCENT`,
    /// `SYNC_EXCLUDE`, `SYNC_INCLUDE`.
    package var listing = ListSettings()
    /// `MULTIPART_THRESHOLD`, `CHUNK_SIZE`, `UPLOAD_CONCURRENCY`.
    package var downloading = DownloadSettings()
    private let variables: [String: String]

    /// Reads the variables.
    ///
    /// - Throws: `InvalidConfiguration` naming the variable that is missing or wrong.
    package init(_ variables: [String: String]) throws(SyncError) {
        let reader = VariableReader(variables: variables)
        self.variables = variables
        bucket = try reader.required("S3_BUCKET")
        prefix = reader.prefix("S3_PREFIX", default: "")
        statePrefix = reader.prefix("S3_STATE_PREFIX", default: "state/")
        guard !prefix.hasPrefix(statePrefix) else {
            throw SyncError(
                .invalidConfiguration,
                "S3_PREFIX lies below S3_STATE_PREFIX; give the files a place of their own"
            )
        }
        if statePrefix.hasPrefix(prefix), let folder = statePrefix.dropFirst(prefix.count).split(separator: "/").first {
            listing.reservedFolders = [String(folder)]
        }
        table = try reader.required("STATE_TABLE_NAME")
        secretID = try reader.required("OBSYNC_SECRET_NAME")
        kmsKeyID = reader.text("S3_KMS_KEY_ID")
        deployment = try reader.dimension("OBSYNC_DEPLOYMENT") ?? "obsync"
        allowedBuckets = (reader.text("ALLOWED_BUCKETS") ?? "").split(separator: ",")
            .map { $0.filter { $0 != " " } }
        timeoutBuffer = .seconds(try reader.integer("LAMBDA_TIMEOUT_BUFFER", in: 1...600) ?? 30)
        listing.batchSize = try reader.integer("LAMBDA_BATCH_SIZE", in: 1...100) ?? listing.batchSize
        listing.maxConcurrent = try reader.integer("LAMBDA_MAX_CONCURRENT", in: 1...40)
        listing.concurrencyLimit = listing.maxConcurrent ?? listing.concurrencyLimit
        listing.brakeFiles = try reader.integer("DELETION_BRAKE_FILES", in: 0...1_000_000_000) ?? listing.brakeFiles
        if let percent = try reader.integer("DELETION_BRAKE_PERCENT", in: 0...100) {
            listing.brakeShare = Double(percent) / 100
        }
        listing.filter = PathFilter(
            exclude: PathFilter.patterns(reader.text("SYNC_EXCLUDE") ?? ""),
            include: PathFilter.patterns(reader.text("SYNC_INCLUDE") ?? "")
        )
        if let policy = reader.text("DELETION_POLICY") {
            guard let deletions = ListSettings.Deletions(rawValue: policy) else {
                throw SyncError(.invalidConfiguration, "DELETION_POLICY has to be mirror or keep")
            }
            listing.deletions = deletions
        }
        downloading.upload = UploadSettings(
            multipartThreshold: try reader.integer("MULTIPART_THRESHOLD", in: 5 << 20...64 << 20) ?? 8 << 20,
            partSize: try reader.integer("CHUNK_SIZE", in: 5 << 20...64 << 20) ?? 8 << 20,
            partsInFlight: try reader.integer("UPLOAD_CONCURRENCY", in: 1...16) ?? 3
        )
        guard downloading.upload.partSize * downloading.upload.partsInFlight <= 256 << 20 else {
            throw SyncError(
                .invalidConfiguration,
                "CHUNK_SIZE times UPLOAD_CONCURRENCY is more than 256 MiB, which the function's memory does not hold"
            )
        }
    }

    /// The pipeline over AWS.
    ///
    /// - Parameters:
    ///   - executor: sends requests.
    ///   - providers: the clouds that the function knows.
    ///   - makeHasher: makes SHA-256 hashers.
    ///   - metrics: what is measured.
    ///   - tracer: makes spans of calls to AWS and to the provider.
    ///   - logger: for what concerns no invocation in particular.
    /// - Returns: the three functions over S3, DynamoDB and Secrets Manager.
    /// - Throws: `InvalidConfiguration` naming the variable.
    package func pipeline(
        executor: any HTTPExecutor,
        providers: [any LibraryProvider],
        makeHasher: @escaping MakeContentHasher,
        metrics: SyncMetrics = SyncMetrics(),
        tracer: some Tracer = NoOpTracer(),
        logger: Logger
    ) throws -> Pipeline {
        let client: AWSClient
        do {
            client = AWSClient(
                executor: executor,
                credentials: CredentialSelector.standard(variables, executor: executor),
                region: try Region.fromEnvironment(variables),
                endpoints: try Endpoints(environment: variables),
                tracer: tracer,
                logger: logger
            )
        } catch {
            throw SyncError.mapped(error)
        }
        let s3 = S3(client: client)
        let (bucket, prefix, statePrefix, kmsKeyID) = (bucket, prefix, statePrefix, kmsKeyID)
        var pipeline = Pipeline(
            secrets: SecretsManagerStore(secretsManager: SecretsManager(client: client), secretID: secretID),
            providers: providers,
            records: DynamoRecordStore(dynamoDB: DynamoDB(client: client), table: table),
            state: S3ObjectStore(s3: s3, bucket: bucket, prefix: statePrefix, kmsKeyID: kmsKeyID),
            mirror: { request in
                let place = (
                    bucket: request.destinationBucket ?? bucket,
                    prefix: request.destinationPrefix.map(VariableReader.withSlash) ?? prefix
                )
                guard place.bucket != bucket || !place.prefix.hasPrefix(statePrefix) else {
                    throw SyncError(.invalidInput, "the field dest_prefix lies below the prefix of the working data")
                }
                let store = S3ObjectStore(s3: s3, bucket: place.bucket, prefix: place.prefix, kmsKeyID: kmsKeyID)
                return (store, "\(place.bucket)/\(place.prefix)")
            },
            clock: SystemClock(),
            makeHasher: makeHasher
        )
        pipeline.metrics = metrics
        pipeline.tracer = tracer
        pipeline.allowedBuckets = [bucket] + allowedBuckets
        pipeline.listing = listing
        pipeline.downloading = downloading
        return pipeline
    }
}

/// Reads variables, naming the variable in every error.
private struct VariableReader {
    let variables: [String: String]

    func text(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func required(_ name: String) throws(SyncError) -> String {
        guard let value = text(name) else {
            throw SyncError(.invalidConfiguration, "the environment variable \(name) is not set")
        }
        return value
    }

    func prefix(_ name: String, default value: String) -> String {
        Self.withSlash(text(name) ?? value)
    }

    static func withSlash(_ prefix: String) -> String {
        prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
    }

    /// A text that CloudWatch takes as the value of a dimension.
    func dimension(_ name: String) throws(SyncError) -> String? {
        guard let text = text(name) else { return nil }
        guard text.utf8.count <= 255, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.hasPrefix(":") else {
            throw SyncError(
                .invalidConfiguration,
                "the environment variable \(name) has to be up to 255 letters, digits and signs without spaces"
            )
        }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(SyncError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw SyncError(
                .invalidConfiguration,
                "the environment variable \(name) has to be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }
}
