extension S3Store {
    mutating func createMultipartUpload(_ call: Call) throws(S3Refusal) -> Answer {
        let request = call.request
        let attributes = try S3Attributes(request)
        let (algorithm, type) = try Self.checksumKind(request)
        let upload = S3Upload(
            id: nextUploadID(),
            key: call.key,
            attributes: attributes,
            algorithm: algorithm,
            type: type,
            initiated: call.now
        )
        buckets[call.bucket]?.uploads[upload.id] = upload
        var headers = attributes.encryptionHeaders
        if let algorithm {
            headers += [
                ("x-amz-checksum-algorithm", algorithm.rawValue), ("x-amz-checksum-type", type.rawValue),
            ]
        }
        let result = XMLNode(
            "InitiateMultipartUploadResult",
            [XMLNode("Bucket", call.bucket), XMLNode("Key", call.key.text), XMLNode("UploadId", upload.id)]
        )
        return Answer(headers: headers, body: .document(result))
    }

    /// Which checksums an upload is to have.
    private static func checksumKind(
        _ request: S3Request
    ) throws(S3Refusal) -> (S3ChecksumAlgorithm?, S3ChecksumType) {
        let typeText = request.header("x-amz-checksum-type")
        guard let text = request.header("x-amz-checksum-algorithm") else {
            guard typeText == nil else {
                throw .invalidRequest(
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
                )
            }
            return (nil, .fullObject)
        }
        guard let algorithm = S3ChecksumAlgorithm(rawValue: text.uppercased()) else {
            throw .invalidRequest(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
            )
        }
        let natural: S3ChecksumType = algorithm == .crc64nvme ? .fullObject : .composite
        guard let typeText else { return (algorithm, natural) }
        guard let type = S3ChecksumType(rawValue: typeText) else {
            throw .invalidRequest("Value for x-amz-checksum-type header is invalid.")
        }
        let fits = type == .fullObject ? algorithm.cyclicCode != nil : algorithm != .crc64nvme
        guard fits else {
            throw .invalidRequest(
                "The \(type.rawValue) checksum type cannot be used with the \(text.lowercased()) checksum algorithm."
            )
        }
        return (algorithm, type)
    }

    mutating func uploadPart(_ call: Call) throws(S3Refusal) -> Answer {
        guard case .content(let content, let facts) = call.body else { throw .internalError }
        let upload = try openUpload(for: call.request)
        let number = Int(call.request.parameter("partNumber") ?? "") ?? 0
        let part = S3Part(
            content: content,
            facts: facts,
            checksum: facts.checksum,
            eTag: S3EntityTag.of(facts.md5, upload.attributes),
            lastModified: call.now
        )
        buckets[call.bucket]?.uploads[upload.id]?.parts[number] = part
        let headers = [("ETag", "\"\(part.eTag)\""), (part.checksum.algorithm.header, part.checksum.value)]
        return Answer(headers: headers + upload.attributes.encryptionHeaders)
    }

    /// The upload that a part is for, if the part fits it.
    ///
    /// An upload with a checksum of the whole object takes parts without one: the store then takes it itself.
    func openUpload(for request: S3Request) throws(S3Refusal) -> S3Upload {
        let text = request.parameter("partNumber") ?? ""
        guard let number = Int(text), (1...S3Limits.largestPartNumber).contains(number) else {
            throw .invalidArgument("partNumber", text, "Part number must be an integer between 1 and 10000, inclusive")
        }
        let upload = try upload(request)
        let given = try S3Checksum(request.headers)?.algorithm ?? trailer(request)
        if let expected = upload.algorithm, given != expected, given != nil || upload.type == .composite {
            throw .invalidRequest(
                "Checksum Type mismatch occurred, expected checksum Type: \(expected.rawValue.lowercased()), "
                    + "actual checksum Type: \(given?.rawValue.lowercased() ?? "null")"
            )
        }
        return upload
    }

    private func trailer(_ request: S3Request) -> S3ChecksumAlgorithm? {
        let name = request.header("x-amz-trailer")?.lowercased()
        return S3ChecksumAlgorithm.allCases.first { $0.header == name }
    }

    /// The upload that a request names, under the key that it names.
    func upload(_ request: S3Request) throws(S3Refusal) -> S3Upload {
        let id = request.parameter("uploadId") ?? ""
        guard let upload = try bucket(request.bucket).uploads[id], upload.key == request.key else {
            throw .noSuchUpload
        }
        return upload
    }

    mutating func abortMultipartUpload(_ call: Call) throws(S3Refusal) -> Answer {
        let upload = try upload(call.request)
        buckets[call.bucket]?.uploads[upload.id] = nil
        return Answer(status: 204)
    }
}
