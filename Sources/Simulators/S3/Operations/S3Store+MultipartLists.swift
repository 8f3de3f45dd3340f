extension S3Store {
    func listParts(_ call: Call) throws(S3Refusal) -> Answer {
        let upload = try upload(call.request)
        let limit = try Self.limit(call.request, "max-parts")
        let marker = Int(call.request.parameter("part-number-marker") ?? "0") ?? 0
        let later = upload.parts.filter { $0.key > marker }.sorted { $0.key < $1.key }
        let page = later.prefix(limit)
        var fields = [
            XMLNode("Bucket", call.bucket), XMLNode("Key", upload.key.text), XMLNode("UploadId", upload.id),
            XMLNode("PartNumberMarker", "\(marker)"), XMLNode("MaxParts", "\(limit)"),
            XMLNode("IsTruncated", page.count < later.count && limit > 0 ? "true" : "false"),
        ]
        if let last = page.last { fields.append(XMLNode("NextPartNumberMarker", "\(last.key)")) }
        if let algorithm = upload.algorithm {
            fields.append(XMLNode("ChecksumAlgorithm", algorithm.rawValue))
            fields.append(XMLNode("ChecksumType", upload.type.rawValue))
        }
        for (number, part) in page {
            var elements = [
                XMLNode("PartNumber", "\(number)"), XMLNode("LastModified", S3Date.iso8601(part.lastModified)),
                XMLNode("ETag", "\"\(part.eTag)\""), XMLNode("Size", "\(part.facts.length)"),
            ]
            // Without a declared algorithm the store keeps its checksums to itself until the object is there.
            if upload.algorithm != nil {
                elements.append(XMLNode(part.checksum.algorithm.element, part.checksum.value))
            }
            fields.append(XMLNode("Part", elements))
        }
        return Answer(body: .document(XMLNode("ListPartsResult", fields)))
    }

    func listMultipartUploads(_ call: Call) throws(S3Refusal) -> Answer {
        let request = call.request
        let limit = try Self.limit(request, "max-uploads")
        let prefix = S3Key(request.parameter("prefix") ?? "")
        let keyMarker = request.parameter("key-marker")
        let idMarker = request.parameter("upload-id-marker")
        let isEncoded = request.parameter("encoding-type") == "url"
        func spell(_ key: S3Key) -> String { isEncoded ? S3PercentText.encodeForListing(key) : key.text }
        let all = try bucket(call.bucket).uploads.values
            .filter { $0.key.hasPrefix(prefix) }
            .sorted { ($0.key, $0.initiated, $0.id) < ($1.key, $1.initiated, $1.id) }
        let later = Self.uploads(all, afterKey: keyMarker.map { S3Key($0) }, afterID: idMarker)
        let page = later.prefix(limit)
        let isTruncated = page.count < later.count && limit > 0
        var fields = [
            XMLNode("Bucket", call.bucket), XMLNode("KeyMarker", spell(S3Key(keyMarker ?? ""))),
            XMLNode("UploadIdMarker", idMarker ?? ""), XMLNode("Prefix", spell(prefix)),
            XMLNode("MaxUploads", "\(limit)"), XMLNode("IsTruncated", isTruncated ? "true" : "false"),
        ]
        if isEncoded { fields.append(XMLNode("EncodingType", "url")) }
        if isTruncated, let last = page.last {
            fields.append(XMLNode("NextKeyMarker", spell(last.key)))
            fields.append(XMLNode("NextUploadIdMarker", last.id))
        }
        fields += page.map { upload in
            let elements = [
                XMLNode("Key", spell(upload.key)), XMLNode("UploadId", upload.id),
                XMLNode("StorageClass", "STANDARD"), XMLNode("Initiated", S3Date.iso8601(upload.initiated)),
            ]
            return XMLNode("Upload", elements)
        }
        return Answer(body: .document(XMLNode("ListMultipartUploadsResult", fields)))
    }

    /// What comes after the markers. Without a marker for the upload all of the marker's key are passed over.
    private static func uploads(_ all: [S3Upload], afterKey key: S3Key?, afterID id: String?) -> [S3Upload] {
        guard let key else { return all }
        if let id, !id.isEmpty, let index = all.firstIndex(where: { $0.key == key && $0.id == id }) {
            return Array(all[(index + 1)...])
        }
        return all.filter { $0.key > key }
    }
}
