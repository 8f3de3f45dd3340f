/// The two files that the AWS tools share: `~/.aws/config` and `~/.aws/credentials`.
///
/// A line `name = value` is a setting of the section before it; a setting without a value may have indented lines of its own:
///
///     [profile work]
///     region = eu-west-1
///     services = local
///     [services local]
///     s3 =
///       endpoint_url = http://127.0.0.1:9000
struct SharedFiles: Sendable {
    /// The settings of one section; those of indented lines as `s3.endpoint_url`.
    typealias Settings = [String: String]

    /// `AWS_CONFIG_FILE`, else `~/.aws/config`.
    let config: String
    /// `AWS_SHARED_CREDENTIALS_FILE`, else `~/.aws/credentials`.
    let credentials: String

    /// Reads the files; one that is not there counts as empty.
    init(_ environment: [String: String], readFile: FileReader) throws {
        func text(_ variable: String, _ file: String) throws -> String {
            let path = environment[variable].flatMap { $0.isEmpty ? nil : $0 } ?? "~/.aws/" + file
            let home = environment["HOME"] ?? ""
            return try readFile(path.hasPrefix("~/") ? home + path.dropFirst() : path) ?? ""
        }
        credentials = try text("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        config = try text("AWS_CONFIG_FILE", "config")
    }

    /// The settings of the sections that have one of these names; nil when there is none.
    static func section(_ names: [String], in text: String) -> Settings? {
        var found: Settings?
        var isInside = false
        var parent = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let trimmed = line.trimmingSpaces
            if trimmed.isEmpty || trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
            if trimmed.hasPrefix("[") {
                isInside = names.contains(title(trimmed))
                parent = ""
                if isInside && found == nil { found = [:] }
                continue
            }
            guard isInside, let equals = trimmed.firstIndex(of: "=") else { continue }
            let name = trimmed[..<equals].trimmingSpaces.lowercased()
            let value = String(value(trimmed[trimmed.index(after: equals)...]))
            if line.first == " " || line.first == "\t" {
                if !parent.isEmpty { found?[parent + "." + name] = value }
            } else {
                parent = value.isEmpty ? name : ""
                if !value.isEmpty { found?[name] = value }
            }
        }
        return found
    }

    /// The title of a section, its words one space apart and without quotes.
    private static func title(_ line: Substring) -> String {
        let inside = line.dropFirst().prefix { $0 != "]" }.filter { $0 != "\"" && $0 != "'" }
        return inside.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
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
