import Synchronization

extension GoProSimulator {
    /// A signed address, good for one method and for a time.
    func address(_ medium: SimulatedMedium, _ index: Int, _ method: String) -> String {
        let expires = Int64(configuration.unixTime() + configuration.addressLifetime)
        let path = configuration.hasOpaqueAddresses ? "/\(medium.id)/x\(serial())" : "/\(medium.id)/\(index)"
        let signature = signature(path, expires, method)
        var query = "Expires=\(expires)&Signature=\(signature)&Key-Pair-Id=SIMULATED"
        if configuration.hasOpaqueAddresses {
            query += "&Policy=\(index)"
        } else if let name = medium.files[index].name {
            let encoded = Self.percentEncoded(name)
            query += "&response-content-disposition=attachment%3B%20filename%3D%22\(encoded)%22"
        }
        let host = takes(.foreignHost, medium: medium.id) ? "https://media.example" : mediaURL
        return "\(host)\(path)?\(query)"
    }

    private func serial() -> Int {
        state.withLock { state in
            state.addresses += 1
            return state.addresses
        }
    }

    private static func percentEncoded(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { $0 < 0x7F && $0 > 0x2C && $0 != UInt8(ascii: "/") }
        return isPlain ? name : name.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func signature(_ path: String, _ expires: Int64, _ method: String) -> String {
        String(GeneratedBytes(name: "signature \(method) \(path) \(expires)").seed, radix: 16)
    }

    func answerMedia(_ request: Request) -> Response {
        count {
            if request.header("Authorization") != nil || request.header("Cookie") != nil { $0.leakedCredentials += 1 }
            if request.method == "HEAD" { $0.heads += 1 } else { $0.bodies += 1 }
        }
        // What was redirected has a mark in its path that its signature does not cover.
        let isRedirected = request.path.contains("@")
        let signed = request.path.replacing("@", with: "")
        let path = signed.split(separator: "/").map(String.init)
        guard path.count == 2, let index = Int(request.query["Policy"] ?? path[1]),
            let expires = request.query["Expires"].flatMap({ Int64($0) }),
            request.query["Signature"] == signature(String(signed), expires, request.method)
        else { return .of(403) }
        guard Double(expires) > configuration.unixTime() else {
            count { $0.expiredAddresses += 1 }
            return .of(403)
        }
        let id = path[0]
        if !isRedirected, let answer = redirect(request, id) { return answer }
        if request.method == "HEAD", takes(.headRefused, medium: id) { return .of(405) }
        let answers: [(GoProFault, Int)] = [
            (.addressRefused, 403), (.mediaGone, 410), (.mediaMissing, 404), (.mediaUnavailable, 503),
            (.mediaThrottled, 429),
        ]
        for (fault, status) in answers where takes(fault, medium: id) { return .of(status) }
        for (fault, status) in [(GoProFault.mediaThrottledFor, 429), (.mediaUnavailableFor, 503)]
        where takes(fault, medium: id) {
            return .of(status).asking(forQuiet: "7")
        }
        if takes(.contentChanges, medium: id) { library.change(id) { $0.files[index].revision += 1 } }
        guard let medium = library.medium(id), medium.files.indices.contains(index) else { return .of(404) }
        return body(of: medium, index, request)
    }

    /// Sends a request elsewhere, where that is to happen; what was sent to `@` once is answered there.
    private func redirect(_ request: Request, _ id: String) -> Response? {
        let parts = request.target.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: true)
        let isAway = takes(.mediaRedirectedAway, medium: id)
        guard parts.count == 2, isAway || takes(.mediaRedirected, medium: id) else { return nil }
        var answer = Response.of(302)
        answer.headers.append(("Location", (isAway ? "https://media.example" : "") + "/\(parts[0])/@\(parts[1])"))
        return answer
    }

    private func body(of medium: SimulatedMedium, _ index: Int, _ request: Request) -> Response {
        let size = takes(.mediaEmpty, medium: medium.id) ? 0 : medium.files[index].size
        let givesRanges = !takes(.noRanges, medium: medium.id)
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "binary/octet-stream"), ("Accept-Ranges", givesRanges ? "bytes" : "none"),
            ("ETag", medium.etag(index)),
        ]
        if request.method == "HEAD" {
            if takes(.lengthUnstated, medium: medium.id) {
                return Response(status: 200, headers: headers, body: .bytes([]))
            }
            headers.append(("Content-Length", String(size + (takes(.lengthWrong, medium: medium.id) ? 1 : 0))))
            return Response(status: 200, headers: headers, body: .bytes([]))
        }
        var range: Range<Int64> = 0..<size
        let isUnchanged = request.header("If-Range").map { $0 == medium.etag(index) } ?? true
        var isPart = false
        if let asked = request.header("Range").flatMap(Self.range), isUnchanged, givesRanges,
            !takes(.rangeIgnored, medium: medium.id)
        {
            guard asked.lowerBound < size, !takes(.rangeRefused, medium: medium.id) else {
                var answer = Response.of(416)
                answer.headers.append(("Content-Range", "bytes */\(size)"))
                return answer
            }
            range = asked.clamped(to: 0..<size)
            if takes(.rangeShort, medium: medium.id) {
                range = range.lowerBound..<(range.lowerBound + Int64(range.count + 1) / 2)
            }
            if takes(.rangeShifted, medium: medium.id) {
                // Back where there is room, else forward.
                let by: Int64 = range.lowerBound > 0 ? -1 : 1
                range = (range.lowerBound + by)..<min(range.upperBound + by, size)
            }
            isPart = true
            headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"))
        }
        headers.append(("Content-Length", String(range.count)))
        count { $0.bytes += Int64(range.count) }
        return Response(
            status: isPart ? 206 : 200,
            headers: headers,
            body: .generated(medium.content(index), range, cut: cut(medium, range))
        )
    }

    private func cut(_ medium: SimulatedMedium, _ range: Range<Int64>) -> Response.Cut? {
        let manners: [(GoProFault, Response.Cut.Manner)] = [
            (.bodyCut, .closed), (.bodyReset, .reset), (.bodyStalls, .silent),
        ]
        let struck = manners.first { takes($0.0, medium: medium.id) }
        return struck.map { Response.Cut(after: Int64(range.count / 2), manner: $0.1) }
    }

    private static func range(_ text: String) -> Range<Int64>? {
        guard text.hasPrefix("bytes=") else { return nil }
        let parts = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = Int64(parts[0]) else { return nil }
        guard let last = Int64(parts[1]) else { return first..<Int64.max }
        return first <= last ? first..<(last + 1) : nil
    }
}
