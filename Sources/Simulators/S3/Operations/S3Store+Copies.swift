import Crypto

extension S3Store {
    mutating func copyObject(_ call: Call) throws(S3Refusal) -> Answer {
        let request = call.request
        let (sourceBucket, sourceKey, sourceVersion) = try Self.copySource(request)
        let source = try version(sourceVersion, of: sourceKey, in: sourceBucket)
        if let condition = request.header("x-amz-copy-source-if-match"), !S3EntityTag.matches(condition, source.eTag) {
            throw .preconditionFailed("x-amz-copy-source-If-Match")
        }
        guard source.content.length <= S3Limits.largestBody else {
            throw .invalidRequest(
                "The specified copy source is larger than the maximum allowable size for a copy source: \(S3Limits.largestBody)"
            )
        }
        let given = try S3Attributes(request)
        let replacesMetadata = request.header("x-amz-metadata-directive") == "REPLACE"
        guard replacesMetadata || sourceBucket != call.bucket || sourceKey != call.key || sourceVersion != nil else {
            throw .invalidRequest(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
            )
        }
        var attributes = replacesMetadata ? given : source.attributes
        attributes.tags = request.header("x-amz-tagging-directive") == "REPLACE" ? given.tags : source.attributes.tags
        attributes.encryption = given.encryption
        var copy = source
        copy.attributes = attributes
        copy.lastModified = call.now
        // A copy is made in one piece: its checksum is that of all bytes, and its tag is not that of an object in parts.
        if source.checksum.type == .composite { copy.checksum = source.crc64NVME }
        if source.eTag.contains("-") { copy.eTag = Hex.encode(Insecure.MD5.hash(data: Array(source.eTag.utf8))) }
        let version = buckets[call.bucket]?.put(copy, at: call.key)
        let result = XMLNode(
            "CopyObjectResult",
            [
                XMLNode("LastModified", S3Date.iso8601(call.now)), XMLNode("ETag", "\"\(copy.eTag)\""),
                XMLNode(copy.checksum.algorithm.element, copy.checksum.value),
                XMLNode("ChecksumType", copy.checksum.type.rawValue),
            ]
        )
        let headers = attributes.encryptionHeaders + Self.versionHeader(version)
        return Answer(headers: headers, body: .document(result))
    }

    private static func copySource(
        _ request: S3Request
    ) throws(S3Refusal) -> (bucket: String, key: S3Key, version: String?) {
        let text = request.header("x-amz-copy-source") ?? ""
        let path = text.prefix { $0 != "?" }
        let query = text.dropFirst(path.count + 1)
        let version = query.hasPrefix("versionId=") ? String(query.dropFirst(10)) : nil
        guard let decoded = S3PercentText.decodeText(path.hasPrefix("/") ? path.dropFirst() : path) else {
            throw .invalidArgument("x-amz-copy-source", text, "Copy Source must be URL encoded")
        }
        let parts = decoded.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .invalidArgument(
                "x-amz-copy-source",
                text,
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
            )
        }
        return (String(parts[0]), S3Key(String(parts[1])), version)
    }

    mutating func deleteObjects(_ call: Call) throws(S3Refusal) -> Answer {
        guard call.documentIsProtected else {
            throw .invalidRequest("Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
        }
        let root = try XMLNode.parse(call.document)
        let items = root.all("Object")
        guard root.name == "Delete", (1...1000).contains(items.count), items.allSatisfy({ $0["Key"] != nil }) else {
            throw .malformedXML
        }
        let isQuiet = root["Quiet"] == "true"
        var outcomes: [XMLNode] = []
        for item in items {
            let key = item["Key"] ?? ""
            if key.utf8.count > S3Limits.longestKey {
                let fields = [
                    XMLNode("Key", key), XMLNode("Code", "KeyTooLongError"), XMLNode("Message", "Your key is too long"),
                ]
                outcomes.append(XMLNode("Error", fields))
                continue
            }
            if undeletable.contains(S3Key(key)) {
                let fields = [
                    XMLNode("Key", key), XMLNode("Code", "AccessDenied"), XMLNode("Message", "Access Denied"),
                ]
                outcomes.append(XMLNode("Error", fields))
                continue
            }
            let deletion = delete(S3Key(key), version: item["VersionId"], in: call.bucket, now: call.now)
            if !isQuiet { outcomes.append(XMLNode("Deleted", [XMLNode("Key", key)] + deletion.elements)) }
        }
        return Answer(body: .document(XMLNode("DeleteResult", outcomes)))
    }
}
