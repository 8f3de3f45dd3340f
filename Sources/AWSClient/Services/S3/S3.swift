import AWSSigning
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1

/// Amazon S3, as far as it is used here.
package struct S3: Sendable {
    let client: AWSClient
    private let owners: [String: String]
    private let regions: BucketRegions?

    /// Makes the service over a client.
    ///
    /// - Parameters:
    ///   - client: signs and sends.
    ///   - owners: the account that each bucket has to belong to, where that is known. S3 refuses requests for a bucket that
    ///     has come into other hands.
    ///   - followsBuckets: whether requests go to the region that S3 names for a bucket, instead of failing with it.
    package init(client: AWSClient, owners: [String: String] = [:], followsBuckets: Bool = false) {
        self.client = client
        self.owners = owners
        regions = followsBuckets ? BucketRegions() : nil
    }

    /// The account that a bucket has to belong to.
    package func owner(of bucket: String) -> String? { owners[bucket] }

    /// The address that stands in for AWS's own, if one does.
    package var endpoint: Endpoint? { client.endpoints.replacement(of: .s3) }

    /// How an object is encrypted at rest.
    package enum ServerSideEncryption: String, Sendable {
        /// With a key of S3.
        case aes256 = "AES256"
        /// With a key of KMS.
        case awsKms = "aws:kms"
    }

    /// Where an object is kept.
    package enum StorageClass: String, Sendable {
        /// The usual place.
        case standard = "STANDARD"
        /// S3 looks how often it is read.
        case intelligentTiering = "INTELLIGENT_TIERING"
        /// Cheap to keep, for 90 days at least, and read at once; reading costs by the byte.
        case glacierInstantRetrieval = "GLACIER_IR"
    }

    /// A kind of checksum.
    package enum ChecksumAlgorithm: String, Sendable {
        /// CRC-32C.
        case crc32c = "CRC32C"
        /// CRC-64/NVME, which combines over parts.
        case crc64nvme = "CRC64NVME"
        /// SHA-256.
        case sha256 = "SHA256"
    }

    /// What the checksum of an object that was uploaded in parts is taken over.
    package enum ChecksumType: String, Sendable {
        /// The checksums of the parts.
        case composite = "COMPOSITE"
        /// All bytes. Only CRC-64/NVME can be put together from parts.
        case fullObject = "FULL_OBJECT"
    }

    /// Whether the answer to a read has the stored checksums.
    package enum ChecksumMode: String, Sendable {
        /// It has.
        case enabled = "ENABLED"
    }

    /// A tag of an object.
    package struct Tag: Sendable, Equatable {
        /// Its name.
        package let key: String
        /// Its value.
        package let value: String

        /// Makes a tag.
        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The same service, without saying whom buckets belong to.
    package var forAnyOwner: S3 { S3(client: client, owners: [:], regions: regions) }

    /// The same service, which says whom buckets belong to.
    package func expecting(owners: [String: String]) -> S3 { S3(client: client, owners: owners, regions: regions) }

    private init(client: AWSClient, owners: [String: String], regions: BucketRegions?) {
        self.client = client
        self.owners = owners
        self.regions = regions
    }

    /// Makes a bucket in the client's region.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func createBucket(_ input: CreateBucketRequest) async throws {
        var request = try request("CreateBucket", .PUT, bucket: input.bucket)
        // The oldest region is the one that must not be named.
        if client.region.rawValue != "us-east-1" {
            request.body = .bytes(
                ByteBuffer(
                    string: "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                        + "<LocationConstraint>\(client.region)</LocationConstraint></CreateBucketConfiguration>"
                )
            )
        }
        _ = try await send(request)
    }

    /// The beginning of every request.
    func request(
        _ operation: String,
        _ method: HTTPMethod,
        bucket: String,
        key: String? = nil
    ) throws -> AWSRequest {
        do {
            let region = regions?.region(of: bucket) ?? client.region
            let address = try S3Address(bucket: bucket, key: key, endpoints: client.endpoints, region: region)
            var request = AWSRequest(service: .s3, operation: operation, endpoint: address.endpoint, method: method)
            request.path = address.path
            request.region = region
            request.object = (bucket, key)
            if let owner = owner(of: bucket) { request.headers.add(name: "x-amz-expected-bucket-owner", value: owner) }
            return request
        } catch var error as AWSError {
            error.operation = operation
            throw error
        }
    }

    /// Sends a request, and once more where it learns that the bucket is in another region.
    func send(_ request: AWSRequest) async throws -> AWSResponse {
        do {
            return try await client.execute(request)
        } catch let error as AWSError {
            guard let regions, request.isRepeatable, let (bucket, key) = request.object,
                let region = await regionNamed(by: error, of: request, bucket), region != request.region
            else { throw error }
            regions.note(region, of: bucket)
            client.context.logger.info(
                "the bucket is in another region",
                metadata: ["bucket.region": "\(region)", "region": "\(client.region)"]
            )
            let address = try S3Address(bucket: bucket, key: key, endpoints: client.endpoints, region: region)
            var moved = request
            moved.endpoint = address.endpoint
            moved.path = address.path
            moved.region = region
            return try await client.execute(moved)
        }
    }

    /// The region that a bucket is in, as a refusal says it. An answer to HEAD may say nothing, so a listing is asked for then.
    private func regionNamed(by error: AWSError, of request: AWSRequest, _ bucket: String) async -> Region? {
        if case .otherRegion(let region) = error.refusal { return region }
        guard request.method == .HEAD, error.httpStatus == 400, regions?.region(of: bucket) == nil else { return nil }
        do {
            var listing = try self.request("ListObjectsV2", .GET, bucket: bucket)
            listing.query = [QueryItem("list-type", "2"), QueryItem("max-keys", "1")]
            _ = try await client.execute(listing)
        } catch let refused as AWSError {
            if case .otherRegion(let region) = refused.refusal { return region }
        } catch {
            // The refusal that was there before is the one that counts.
        }
        return nil
    }

    /// Sends a request whose answer is XML.
    func xml(_ request: AWSRequest, root: String) async throws -> (XMLElement, HTTPHeaders) {
        let limit = 32 << 20
        var request = request
        if case .collected = request.responseBody { request.responseBody = .collected(limit: limit) }
        let response = try await send(request)
        let body = try await response.body.collect(upTo: limit)
        // Emulators that generate their answers name them after the operation, and rclone leaves out the `Result`.
        let names = [root, request.operation + "Response", root.replacing("Result", with: "")]
        guard let element = try? XMLElement.parse(body), names.contains(element.name) else {
            throw request.malformed("the answer is not the XML that was expected")
        }
        return (element, response.headers)
    }
}

extension AWSRequest {
    /// An error of this operation: an answer that cannot be used.
    func malformed(_ message: String) -> AWSError {
        AWSError(.malformedResponse, message: message, service: service.name, operation: operation)
    }

    /// An error of this operation: a request that cannot be sent.
    func invalid(_ message: String) -> AWSError {
        AWSError(.invalidRequest, message: message, service: service.name, operation: operation)
    }
}
