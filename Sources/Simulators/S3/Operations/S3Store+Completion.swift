import Crypto
import FoundationEssentials

extension S3Store {
    mutating func completeMultipartUpload(_ call: Call) throws(S3Refusal) -> Answer {
        let upload = try upload(call.request)
        let completion = try Completion(call, upload)
        let parts = try completion.parts(minimumPartSize: minimumPartSize)
        try checkConditions(call)
        let size = parts.reduce(0) { $0 + $1.facts.length }
        guard size <= largestObject else { throw .entityTooLarge(size, largestObject) }
        if let text = call.request.header("x-amz-mp-object-size"), Int64(text) != size {
            throw .invalidRequest(
                "The provided 'x-amz-mp-object-size' header value \(text) does not match what was computed: \(size)"
            )
        }
        let crc64NVME = Self.fullObject(.crc64nvme, parts) { $0.facts.crc64NVME }
        let checksum = try completion.checksum(of: parts, crc64NVME)
        let object = S3Object(
            content: S3Content(joining: parts.map(\.content)),
            eTag: S3EntityTag.of(parts),
            attributes: upload.attributes,
            checksum: checksum,
            crc64NVME: crc64NVME,
            lastModified: call.now
        )
        let version = buckets[call.bucket]?.put(object, at: upload.key)
        buckets[call.bucket]?.uploads[upload.id] = nil
        let result = XMLNode(
            "CompleteMultipartUploadResult",
            [
                XMLNode("Location", "/\(call.bucket)"), XMLNode("Bucket", call.bucket),
                XMLNode("Key", upload.key.text), XMLNode("ETag", "\"\(object.eTag)\""),
                XMLNode(checksum.algorithm.element, checksum.value), XMLNode("ChecksumType", checksum.type.rawValue),
            ]
        )
        let headers = upload.attributes.encryptionHeaders + Self.versionHeader(version)
        return Answer(headers: headers, body: .document(result))
    }

    /// The code of all parts one after the other, from the code of each.
    fileprivate static func fullObject(
        _ algorithm: S3ChecksumAlgorithm,
        _ parts: [S3Part],
        _ checksum: (S3Part) -> S3Checksum
    ) -> S3Checksum {
        guard let code = algorithm.cyclicCode else { return S3Checksum(algorithm, code: 0) }
        let value = parts.reduce(UInt64(0)) { sum, part in
            code.combine(sum, checksum(part).code, secondLength: part.facts.length)
        }
        return S3Checksum(algorithm, code: value)
    }
}

/// A request to put the parts of an upload together.
private struct Completion {
    let upload: S3Upload
    let request: S3Request
    let listed: [XMLNode]

    init(_ call: S3Store.Call, _ upload: S3Upload) throws(S3Refusal) {
        let root = try XMLNode.parse(call.document)
        listed = root.all("Part")
        guard root.name == "CompleteMultipartUpload", !listed.isEmpty,
            listed.allSatisfy({ $0["ETag"] != nil && Int($0["PartNumber"] ?? "") != nil })
        else { throw .malformedXML }
        self.upload = upload
        request = call.request
    }

    /// The parts that are listed, as they were stored.
    func parts(minimumPartSize: Int64) throws(S3Refusal) -> [S3Part] {
        let numbers = listed.map { Int($0["PartNumber"] ?? "") ?? 0 }
        guard zip(numbers, numbers.dropFirst()).allSatisfy(<) else { throw .invalidPartOrder }
        if upload.algorithm != nil, upload.type == .composite, numbers.first != 1 || numbers.last != numbers.count {
            throw .invalidPartOrder
        }
        var parts: [S3Part] = []
        for (node, number) in zip(listed, numbers) {
            let eTag = (node["ETag"] ?? "").filter { $0 != "\"" }
            guard let part = upload.parts[number], part.eTag == eTag else {
                throw invalidPart(number, eTag)
            }
            try checkChecksum(of: node, part, number)
            guard parts.count == listed.count - 1 || part.facts.length >= minimumPartSize else {
                throw S3Refusal(
                    400,
                    "EntityTooSmall",
                    "Your proposed upload is smaller than the minimum allowed size",
                    [
                        "ETag": eTag, "PartNumber": "\(number)", "ProposedSize": "\(part.facts.length)",
                        "MinSizeAllowed": "\(minimumPartSize)",
                    ]
                )
            }
            parts.append(part)
        }
        return parts
    }

    private func checkChecksum(of node: XMLNode, _ part: S3Part, _ number: Int) throws(S3Refusal) {
        let given = S3ChecksumAlgorithm.allCases.first { node[$0.element] != nil }
        guard let algorithm = upload.algorithm else {
            if given != nil { throw invalidPart(number, part.eTag) }
            return
        }
        guard let value = node[algorithm.element] else {
            if let given {
                throw S3Refusal(
                    400,
                    "BadDigest",
                    "The \(given.rawValue.lowercased()) you specified for part \(number) did not match what we received."
                )
            }
            guard upload.type == .fullObject else {
                throw .invalidRequest(
                    "The upload was created using a \(algorithm.rawValue.lowercased()) checksum. The complete request "
                        + "must include the checksum for each part. It was missing for part \(number) in the request."
                )
            }
            return
        }
        guard value == checksum(of: part, algorithm).value else { throw invalidPart(number, part.eTag) }
    }

    /// The checksum of the finished object; the one that the client gives for it has to be the same.
    func checksum(of parts: [S3Part], _ crc64NVME: S3Checksum) throws(S3Refusal) -> S3Checksum {
        if let text = request.header("x-amz-checksum-type"), text != upload.type.rawValue {
            throw .invalidRequest(
                "The upload was created using the \(upload.type.rawValue) checksum mode. "
                    + "The complete request must use the same checksum mode."
            )
        }
        let algorithm = upload.algorithm ?? .crc64nvme
        let computed: S3Checksum =
            if upload.type == .composite {
                composite(algorithm, parts)
            } else if algorithm == .crc64nvme {
                crc64NVME
            } else {
                S3Store.fullObject(algorithm, parts) { checksum(of: $0, algorithm) }
            }
        let given = S3ChecksumAlgorithm.allCases.filter { request.header($0.header) != nil }
        if let other = given.first, other != algorithm {
            throw .invalidRequest(
                "Checksum Type mismatch occurred, expected checksum Type: \(algorithm.rawValue.lowercased()), "
                    + "actual checksum Type: \(other.rawValue.lowercased())"
            )
        }
        if let value = request.header(algorithm.header), value != computed.value {
            throw .badDigest(algorithm.rawValue.lowercased())
        }
        return computed
    }

    private func composite(_ algorithm: S3ChecksumAlgorithm, _ parts: [S3Part]) -> S3Checksum {
        var hasher = S3ChecksumHasher(algorithm)
        for part in parts {
            let bytes = Array(Data(base64Encoded: checksum(of: part, algorithm).value) ?? Data())
            bytes.withUnsafeBytes { hasher.update($0) }
        }
        return hasher.checksum.composite(of: parts.count)
    }

    private func checksum(of part: S3Part, _ algorithm: S3ChecksumAlgorithm) -> S3Checksum {
        algorithm == .crc64nvme ? part.facts.crc64NVME : part.checksum
    }

    private func invalidPart(_ number: Int, _ eTag: String) -> S3Refusal {
        S3Refusal(
            400,
            "InvalidPart",
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
            ["UploadId": upload.id, "PartNumber": "\(number)", "ETag": eTag]
        )
    }
}
