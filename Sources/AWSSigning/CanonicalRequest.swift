import Crypto

/// The text whose hash is signed, built in one buffer.
///
/// Source: "Create a signed AWS API request" in the IAM user guide, and for the rules of S3
/// "Authenticating Requests (AWS Signature Version 4)" in its API reference.
struct CanonicalRequest {
    /// The names of the signed header fields, lower case, sorted, joined by `;`.
    let signedHeaders: String
    /// The whole text.
    let bytes: [UInt8]

    /// Makes the text.
    ///
    /// - Parameters:
    ///   - request: what is signed; `host` is added to its header fields.
    ///   - rules: how the path is treated.
    init(_ request: SigningRequest, rules: AWSSigner.PathRules) {
        let fields = Self.sortedFields(request)
        let signedHeaders = Self.names(fields)
        self.signedHeaders = signedHeaders
        var text: [UInt8] = []
        text.reserveCapacity(512)
        text.append(contentsOf: request.method.utf8)
        text.append(newline)
        Self.appendPath(request.path, rules: rules, to: &text)
        text.append(newline)
        text.append(contentsOf: request.query.canonicalQuery.utf8)
        text.append(newline)
        Self.append(fields, to: &text)
        text.append(newline)
        text.append(contentsOf: signedHeaders.utf8)
        text.append(newline)
        text.append(contentsOf: request.payload.value.utf8)
        bytes = text
    }

    private static func sortedFields(_ request: SigningRequest) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        fields.reserveCapacity(request.headers.count + 1)
        fields.append((name: "host", value: request.host))
        for header in request.headers {
            fields.append((name: header.name.lowercased(), value: header.value))
        }
        // Equal names keep the order in which they are sent.
        let order = fields.indices.sorted {
            fields[$0].name == fields[$1].name ? $0 < $1 : fields[$0].name < fields[$1].name
        }
        return order.map { fields[$0] }
    }

    private static func names(_ fields: [(name: String, value: String)]) -> String {
        var text = ""
        var previous: String?
        for field in fields where field.name != previous {
            if previous != nil { text += ";" }
            text += field.name
            previous = field.name
        }
        return text
    }

    private static func append(_ fields: [(name: String, value: String)], to text: inout [UInt8]) {
        var previous: String?
        for field in fields {
            if field.name == previous {
                text.append(UInt8(ascii: ","))
            } else {
                if previous != nil { text.append(newline) }
                text.append(contentsOf: field.name.utf8)
                text.append(UInt8(ascii: ":"))
            }
            appendTrimmed(field.value, to: &text)
            previous = field.name
        }
        text.append(newline)
    }

    /// Drops white space at both ends and makes one space of every run inside.
    private static func appendTrimmed(_ value: String, to text: inout [UInt8]) {
        let start = text.count
        var pendingSpace = false
        for byte in value.utf8 {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                pendingSpace = text.count > start
            } else {
                if pendingSpace { text.append(UInt8(ascii: " ")) }
                pendingSpace = false
                text.append(byte)
            }
        }
    }

    private static func appendPath(_ path: String, rules: AWSSigner.PathRules, to text: inout [UInt8]) {
        switch rules {
        case .verbatim:
            text.append(contentsOf: (path.isEmpty ? "/" : path).utf8)
        case .normalizedAndEncoded:
            var segments: [Substring] = []
            for segment in path.split(separator: "/") where segment != "." {
                if segment == ".." {
                    _ = segments.popLast()
                } else {
                    segments.append(segment)
                }
            }
            for segment in segments {
                text.append(UInt8(ascii: "/"))
                PercentEncoding.append(String(segment), to: &text, keepingSlash: false)
            }
            if segments.isEmpty || path.utf8.last == UInt8(ascii: "/") { text.append(UInt8(ascii: "/")) }
        }
    }
}

let newline = UInt8(ascii: "\n")
