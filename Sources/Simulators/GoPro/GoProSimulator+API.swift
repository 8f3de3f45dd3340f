import Synchronization

extension GoProSimulator {
    func answerAPI(_ request: Request) -> Response {
        let path = request.path.split(separator: "/").map(String.init)
        if path == ["v1", "oauth2", "token"] { return answerToken(request) }
        // The media type is judged before the credential.
        guard request.header("Accept")?.hasPrefix("application/vnd.gopro.jk.media") == true else { return .of(406) }
        guard request.method == "GET" else {
            count { $0.writes += 1 }
            return .of(405)
        }
        if let refusal = refusal(request, medium: path.count > 1 ? path[1] : nil) { return refusal }
        if path == ["media", "search"] { return search(request.query) }
        guard path.first == "media", path.count > 1, let medium = library.medium(path[1]),
            !takes(.mediumGone, medium: path[1])
        else {
            count { if path.last == "download" { $0.manifests += 1 } }
            return .json(.object([("error", .text("not_found"))]), status: 404)
        }
        if path.count == 2 {
            count { $0.rows += 1 }
            return .json(row(medium))
        }
        guard path.count == 3, path[2] == "download", !takes(.manifestMissing, medium: medium.id) else {
            return .of(404)
        }
        if takes(.manifestBroken, medium: medium.id) { return .of(500) }
        if takes(.manifestMalformed, medium: medium.id) { return .json(.object([("_embedded", .text("none"))])) }
        return .json(manifest(medium))
    }

    /// What a fault, or the lack of a good token, makes of a request.
    private func refusal(_ request: Request, medium: String?) -> Response? {
        let answers: [(GoProFault, Response)] = [
            (.tokenRefused, Self.unauthorised), (.serverFault, .of(500)), (.unavailable, .of(503)),
            (.throttledSilently, .of(429)), (.forbidden, .of(403)), (.mediaTypeRefused, .of(406)),
            (.versionRetired, .of(410)), (.signInPage, .of(200, "text/html", "<!DOCTYPE html><h1>Sign in</h1>")),
        ]
        for (fault, answer) in answers where takes(fault, medium: medium) { return answer }
        if takes(.throttled, medium: medium) { return .of(429).asking(forQuiet: "7") }
        if takes(.throttledUntilDate, medium: medium) {
            return .of(429).asking(forQuiet: Self.httpDate(configuration.unixTime() + 7))
        }
        if takes(.redirect, medium: medium) {
            var answer = Response.of(302)
            answer.headers.append(("Location", "https://gopro.com/login"))
            return answer
        }
        let bearer = request.header("Authorization").flatMap { $0.hasPrefix("Bearer ") ? $0.dropFirst(7) : nil }
        guard library.accepts(bearer.map(String.init) ?? "", at: configuration.unixTime()) else {
            return takes(.deadTokenAsServerFault) ? .of(500) : Self.unauthorised
        }
        return nil
    }

    private static var unauthorised: Response {
        .json(.object([("error", .text("invalid_request")), ("error_description", .text("no"))]), status: 401)
    }

    private func answerToken(_ request: Request) -> Response {
        count { $0.refreshes += 1 }
        guard request.method == "POST" else { return .of(405) }
        func refused(_ error: String, _ status: Int) -> Response {
            .json(.object([("error", .text(error)), ("error_description", .text("no"))]), status: status)
        }
        if takes(.unavailable) { return .of(503) }
        if takes(.throttledSilently) { return .of(429) }
        let fields = Request.pairs(String(decoding: request.body, as: UTF8.self))
        guard fields["client_id"] == SimulatedMediaLibrary.clientID,
            fields["client_secret"] == SimulatedMediaLibrary.clientSecret, !takes(.clientRefused)
        else { return refused("invalid_client", 401) }
        guard fields["grant_type"] == "refresh_token" else { return refused("unsupported_grant_type", 400) }
        let end = configuration.unixTime() + configuration.tokenLifetime
        guard let tokens = library.refresh(fields["refresh_token"] ?? "", until: end) else {
            return refused("invalid_grant", 400)
        }
        return .json(
            .object([
                ("access_token", .text(tokens.access)), ("refresh_token", .text(tokens.refresh)),
                ("token_type", .text("Bearer")), ("expires_in", .text(String(Int64(configuration.tokenLifetime)))),
                ("resource_owner_id", .text(configuration.userID)),
            ])
        )
    }

    private func search(_ query: [String: String]) -> Response {
        let isCheck = query["per_page"] == "1"
        count { if isCheck { $0.checks += 1 } else { $0.pages += 1 } }
        if !isCheck, takes(.uploadDuringWalk) { upload() }
        let media = library.media
        let page = max(1, query["page"].flatMap { Int($0) } ?? 1)
        let perPage = min(configuration.largestPage, max(1, query["per_page"].flatMap { Int($0) } ?? 30))
        var rows = media.dropFirst((page - 1) * perPage).prefix(perPage)
        if !isCheck, takes(.shortPage) { rows = rows.prefix(rows.count / 4) }
        let total = media.count + (takes(.countTooLarge) ? 1 : 0)
        let problems: [WireJSON] =
            takes(.pageErrors) ? [.object([("reason", .text("oops")), ("code", .number(1))])] : []
        return .json(
            .object([
                (
                    "_pages",
                    .object([
                        ("current_page", .number(Int64(page))), ("per_page", .number(Int64(perPage))),
                        ("total_items", .number(Int64(total))),
                        ("total_pages", .number(Int64((total + perPage - 1) / perPage))),
                    ])
                ),
                ("_embedded", .object([("errors", .list(problems)), ("media", .list(rows.map(row)))])),
            ])
        )
    }

    /// Somebody uploads a photo.
    private func upload() {
        let number = state.withLock { state in
            state.uploads += 1
            return state.uploads
        }
        let now = Int64(configuration.unixTime())
        let digits = String(number)
        library.add(
            .photo(
                id: "Upload" + String(repeating: "0", count: 7 - digits.count) + digits,
                filename: "GOPR9999.JPG",
                captured: now,
                created: now,
                size: 40
            )
        )
    }

    private func row(_ medium: SimulatedMedium) -> WireJSON {
        func number(_ value: Int64?) -> WireJSON {
            medium.writesNumbersAsText ? .optional(value.map { String($0) }) : .optional(value)
        }
        let size = medium.listedSize ?? medium.files.filter { $0.mirrorName != nil }.reduce(0) { $0 + $1.size }
        return .object([
            ("id", .text(medium.id)), ("filename", .optional(medium.filename)),
            ("file_extension", .text(medium.fileExtension)), ("file_size", medium.isSizeKnown ? number(size) : .null),
            ("captured_at", .optional(medium.captured.map(SimulatedMedium.date))),
            ("created_at", .optional(medium.created.map(SimulatedMedium.date))), ("type", .text(medium.type)),
            ("ready_to_view", .text(medium.readiness)), ("item_count", number(medium.itemCount.map { Int64($0) })),
            ("play_as", .optional(medium.playAs)), ("mce_type", .optional(medium.editType)),
            ("source_gumi", .text("unasked")), ("gopro_user_id", .text(configuration.userID)),
        ])
    }

    private func manifest(_ medium: SimulatedMedium) -> WireJSON {
        let now = configuration.unixTime()
        count {
            $0.manifests += 1
            $0.manifestTimes.append(now)
        }
        let isReversed = takes(.manifestReversed, medium: medium.id)
        func list(_ section: SimulatedMedium.File.Section) -> WireJSON {
            let indices = medium.files.indices.filter { medium.files[$0].section == section }
            return .list(
                (isReversed ? indices.reversed() : indices).map { index in
                    let file = medium.files[index]
                    return .object([
                        ("label", .optional(file.label)), ("type", .text(file.type)),
                        ("item_number", .optional(file.item.map { Int64($0) })), ("available", .flag(file.isAvailable)),
                        ("url", .text(file.isAvailable ? address(medium, index, "GET") : "")),
                        ("head", .text(file.isAvailable ? address(medium, index, "HEAD") : "")),
                    ])
                }
            )
        }
        return .object([
            ("filename", .optional(medium.filename)),
            (
                "_embedded",
                .object([
                    ("files", list(.files)), ("variations", list(.variations)), ("sidecar_files", list(.sidecars)),
                    ("sprites", .list([.object([("type", .text("jpg")), ("urls", .list([])), ("heads", .list([]))])])),
                ])
            ),
        ])
    }
}
