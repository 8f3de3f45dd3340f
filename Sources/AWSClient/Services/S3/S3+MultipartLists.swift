import AWSSigning
import NIOHTTP1

extension S3 {
    /// Lists one page of the parts that an upload has, by number.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func listParts(_ input: ListPartsRequest) async throws -> ListPartsOutput {
        var request = try request("ListParts", .GET, bucket: input.bucket, key: input.key)
        request.query = [QueryItem("uploadId", input.uploadId)]
        request.query(add: "max-parts", input.maxParts.map(String.init))
        request.query(add: "part-number-marker", input.partNumberMarker)
        let (root, _) = try await xml(request, root: "ListPartsResult")
        return ListPartsOutput(
            isTruncated: root["IsTruncated"] == "true",
            nextPartNumberMarker: root["NextPartNumberMarker"],
            parts: try root.all("Part").map { element in
                guard let number = element["PartNumber"].flatMap({ Int($0) }),
                    let size = element["Size"].flatMap({ Int64($0) })
                else { throw request.malformed("a part has no number or size") }
                return Part(
                    checksumCRC32C: element["ChecksumCRC32C"],
                    checksumCRC64NVME: element["ChecksumCRC64NVME"],
                    checksumSHA256: element["ChecksumSHA256"],
                    eTag: element["ETag"],
                    lastModified: element["LastModified"].flatMap(DateText.iso8601),
                    partNumber: number,
                    size: size
                )
            }
        )
    }

    /// Lists all parts of an upload page by page, each when it is asked for.
    package func listPartsPaginator(
        _ input: ListPartsRequest
    ) -> PaginatorSequence<ListPartsRequest, ListPartsOutput> {
        PaginatorSequence(input: input, call: { try await listParts($0) }) { input, output in
            guard output.isTruncated else { return nil }
            guard let marker = output.nextPartNumberMarker, marker != input.partNumberMarker else {
                throw AWSError(
                    .malformedResponse,
                    message: "the list of parts is truncated and does not say where it goes on",
                    service: AWSService.s3.name,
                    operation: "ListParts"
                )
            }
            var next = input
            next.partNumberMarker = marker
            return next
        }
    }

    /// Lists one page of the uploads that are open.
    ///
    /// - Throws: ``AWSError`` with what the service answered, or why it could not be reached.
    package func listMultipartUploads(
        _ input: ListMultipartUploadsRequest
    ) async throws -> ListMultipartUploadsOutput {
        var request = try request("ListMultipartUploads", .GET, bucket: input.bucket)
        request.query = [QueryItem("uploads"), QueryItem("encoding-type", "url")]
        request.query(add: "key-marker", input.keyMarker)
        request.query(add: "max-uploads", input.maxUploads.map(String.init))
        request.query(add: "prefix", input.prefix)
        request.query(add: "upload-id-marker", input.uploadIdMarker)
        let (root, _) = try await xml(request, root: "ListMultipartUploadsResult")
        let decode = Self.decoder(root)
        return ListMultipartUploadsOutput(
            isTruncated: root["IsTruncated"] == "true",
            nextKeyMarker: try root["NextKeyMarker"].map { try decode($0, request) },
            nextUploadIdMarker: root["NextUploadIdMarker"],
            uploads: try root.all("Upload").map { element in
                guard let key = element["Key"], let uploadId = element["UploadId"] else {
                    throw request.malformed("an upload has no key or identifier")
                }
                return MultipartUpload(
                    initiated: element["Initiated"].flatMap(DateText.iso8601),
                    key: try decode(key, request),
                    uploadId: uploadId
                )
            }
        )
    }
}
