/// One parameter of a query, neither part encoded.
package struct QueryItem: Sendable, Equatable {
    /// The part before `=`.
    package let name: String
    /// The part after `=`; empty for a parameter such as `uploads`.
    package let value: String

    /// Makes a parameter.
    package init(_ name: String, _ value: String = "") {
        self.name = name
        self.value = value
    }
}

extension [QueryItem] {
    /// The query, encoded and sorted by encoded bytes: the form that is signed, and the one to send.
    package var canonicalQuery: String {
        if isEmpty { return "" }
        var pairs = map { (name: PercentEncoding.query($0.name), value: PercentEncoding.query($0.value)) }
        // What is compared is ASCII, so the order of the strings is that of their bytes.
        pairs.sort { $0.name == $1.name ? $0.value < $1.value : $0.name < $1.name }
        var text = ""
        for (index, pair) in pairs.enumerated() {
            if index > 0 { text += "&" }
            text += pair.name
            text += "="
            text += pair.value
        }
        return text
    }
}

/// What a signature covers of a request.
package struct SigningRequest: Sendable {
    /// The method in upper case.
    package var method: String
    /// The value of the `Host` header, with the port where it is not the scheme's own.
    package var host: String
    /// The path as it goes on the wire, beginning with `/`.
    package var path: String
    /// The parameters. They are sent as `canonicalQuery`.
    package var query: [QueryItem]
    /// The header fields to sign, without `Host`.
    package var headers: [(name: String, value: String)]
    /// What is known of the body.
    package var payload: PayloadHash

    /// Makes a request to be signed.
    package init(
        method: String,
        host: String,
        path: String,
        query: [QueryItem] = [],
        headers: [(name: String, value: String)] = [],
        payload: PayloadHash = .empty
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.headers = headers
        self.payload = payload
    }
}
