/// One section of the shared files, with what this client uses of it.
package struct Profile: Sendable, Equatable {
    /// `aws_access_key_id`.
    package var accessKeyId: String?
    /// `aws_secret_access_key`.
    package var secretAccessKey: String?
    /// `aws_session_token`.
    package var sessionToken: String?
    /// `region`.
    package var region: String?

    /// Reads the profile that the environment names (`AWS_PROFILE`, else `default`) from the two shared files.
    ///
    /// `~/.aws/credentials` (`AWS_SHARED_CREDENTIALS_FILE`) has sections `[name]`, `~/.aws/config`
    /// (`AWS_CONFIG_FILE`) has sections `[profile name]`; what the first says wins.
    ///
    /// - Returns: nil when neither file has the profile.
    package static func load(environment: [String: String], readFile: FileReader) throws -> Profile? {
        let name = Self.name(environment)
        let home = environment["HOME"] ?? ""
        func path(_ variable: String, _ file: String) -> String {
            let path = environment[variable].flatMap { $0.isEmpty ? nil : $0 } ?? "~/.aws/" + file
            return path.hasPrefix("~/") ? home + path.dropFirst() : path
        }
        let credentials = try readFile(path("AWS_SHARED_CREDENTIALS_FILE", "credentials")) ?? ""
        let config = try readFile(path("AWS_CONFIG_FILE", "config")) ?? ""
        var values = section(name == "default" ? ["default", "profile default"] : ["profile " + name], in: config)
        // The token belongs to its keys: keys of one file never go with the token of the other.
        let keys = section([name], in: credentials)
        if keys?["aws_access_key_id"] != nil { values?["aws_session_token"] = nil }
        if let keys { values = (values ?? [:]).merging(keys) { _, new in new } }
        return values.map {
            Profile(
                accessKeyId: $0["aws_access_key_id"],
                secretAccessKey: $0["aws_secret_access_key"],
                sessionToken: $0["aws_session_token"],
                region: $0["region"]
            )
        }
    }

    static func name(_ environment: [String: String]) -> String {
        environment["AWS_PROFILE"].flatMap { $0.isEmpty ? nil : $0 } ?? "default"
    }

    /// The settings of the sections called so; nil when there is none. Indented lines belong to the setting before.
    static func section(_ names: [String], in text: String) -> [String: String]? {
        var found: [String: String]?
        var isInside = false
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = line.trimmingSpaces
            if trimmed.isEmpty || trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
            if trimmed.hasPrefix("[") {
                let title = trimmed.dropFirst().prefix { $0 != "]" }
                let words = title.split(whereSeparator: { $0 == " " || $0 == "\t" })
                isInside = names.contains(words.joined(separator: " "))
                if isInside && found == nil { found = [:] }
                continue
            }
            guard isInside, let first = line.first, first != " ", first != "\t",
                let equals = trimmed.firstIndex(of: "=")
            else { continue }
            let name = trimmed[..<equals].trimmingSpaces.lowercased()
            found?[name] = String(value(trimmed[trimmed.index(after: equals)...]))
        }
        return found
    }

    /// A value ends where a comment begins, which takes a space before it.
    private static func value(_ text: Substring) -> Substring {
        var end = text.endIndex
        var previous: Character = " "
        for index in text.indices {
            let character = text[index]
            if character == "#" || character == ";", previous == " " || previous == "\t" {
                end = index
                break
            }
            previous = character
        }
        return text[..<end].trimmingSpaces
    }
}

extension Substring {
    /// Without spaces and tabs at either end.
    fileprivate var trimmingSpaces: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
