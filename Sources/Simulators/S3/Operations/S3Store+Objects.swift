extension S3Store {
    mutating func putObject(_ call: Call) throws(S3Refusal) -> Answer {
        guard case .content(let content, let facts) = call.body else { throw .internalError }
        try checkConditions(call)
        let attributes = try S3Attributes(call.request)
        let object = S3Object(
            content: content,
            eTag: S3EntityTag.of(facts.md5, attributes),
            attributes: attributes,
            checksum: facts.checksum,
            crc64NVME: facts.crc64NVME,
            lastModified: call.now
        )
        let version = buckets[call.bucket]?.put(object, at: call.key)
        var headers = [("ETag", "\"\(object.eTag)\"")] + attributes.encryptionHeaders + Self.versionHeader(version)
        headers += [
            (object.checksum.algorithm.header, object.checksum.value),
            ("x-amz-checksum-type", object.checksum.type.rawValue),
        ]
        return Answer(headers: headers)
    }

    func getObject(_ call: Call) throws(S3Refusal) -> Answer {
        let object = try version(call)
        var answer = try headers(of: object, call)
        let (range, isPartial) = try requestedRange(call.request, object)
        guard object.content.isReadable || range.isEmpty else { throw .notImplemented }
        answer.body = .content(object.content, range)
        if isPartial {
            answer.status = 206
            let (first, last) = (range.lowerBound, range.upperBound - 1)
            answer.headers.append(("Content-Range", "bytes \(first)-\(last)/\(object.content.length)"))
        }
        return answer
    }

    func headObject(_ call: Call) throws(S3Refusal) -> Answer {
        let object = try version(call)
        var answer = try headers(of: object, call)
        answer.headers.append(("Content-Length", "\(object.content.length)"))
        return answer
    }

    mutating func deleteObject(_ call: Call) throws(S3Refusal) -> Answer {
        if undeletable.contains(call.key) { throw .accessDenied }
        let deletion = delete(call.key, version: call.request.parameter("versionId"), in: call.bucket, now: call.now)
        return Answer(status: 204, headers: deletion.headers)
    }

    private func headers(of object: S3Object, _ call: Call) throws(S3Refusal) -> Answer {
        if let condition = call.request.header("if-match"), !S3EntityTag.matches(condition, object.eTag) {
            throw .preconditionFailed("If-Match")
        }
        if let condition = call.request.header("if-none-match"), S3EntityTag.matches(condition, object.eTag) {
            throw .notModified
        }
        var headers = [
            ("ETag", "\"\(object.eTag)\""), ("Last-Modified", S3Date.http(object.lastModified)),
            ("Accept-Ranges", "bytes"), ("Content-Type", object.attributes.contentType),
        ]
        headers += object.attributes.metadata.map { ("x-amz-meta-\($0.name)", $0.value) }
        headers += object.attributes.encryptionHeaders
        if object.versionID != S3Version.unversioned { headers += Self.versionHeader(object.versionID) }
        if !object.attributes.tags.isEmpty {
            headers.append(("x-amz-tagging-count", "\(object.attributes.tags.count)"))
        }
        if call.request.header("x-amz-checksum-mode")?.uppercased() == "ENABLED",
            call.request.header("range") == nil
        {
            headers.append((object.checksum.algorithm.header, object.checksum.value))
            headers.append(("x-amz-checksum-type", object.checksum.type.rawValue))
        }
        return Answer(headers: headers)
    }

    /// The range that is asked for; one that is not understood is passed over, as RFC 9110 wants.
    private func requestedRange(
        _ request: S3Request,
        _ object: S3Object
    ) throws(S3Refusal) -> (Range<Int64>, isPartial: Bool) {
        let length = object.content.length
        guard let text = request.header("range"), text.hasPrefix("bytes="), !text.contains(",") else {
            return (0..<length, false)
        }
        if let condition = request.header("if-range"), condition != "\"\(object.eTag)\"",
            condition != S3Date.http(object.lastModified)
        {
            return (0..<length, false)
        }
        let bounds = text.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return (0..<length, false) }
        let (first, last) = (Int64(bounds[0]), Int64(bounds[1]))
        let range: Range<Int64>
        switch (first, last) {
        case (let first?, let last?) where first <= last: range = first..<min(last, length - 1) + 1
        case (let first?, nil) where bounds[1].isEmpty: range = first..<max(length, first)
        case (nil, let last?) where bounds[0].isEmpty: range = max(length - last, 0)..<length
        default: return (0..<length, false)
        }
        guard !range.isEmpty else {
            throw S3Refusal(
                416,
                "InvalidRange",
                "The requested range is not satisfiable",
                ["RangeRequested": text, "ActualObjectSize": "\(length)"]
            )
        }
        return (range, true)
    }
}
