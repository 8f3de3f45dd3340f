/// The header `X-Amzn-Trace-Id`, as far as it concerns us.
///
///     Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:0
///
/// Parts come in any order, with or without spaces; unknown ones are ignored.
package struct TraceHeader: Hashable, Sendable {
    /// The trace: `1-`, eight hexadecimal digits of time, `-`, 24 more.
    package let traceID: String
    /// The segment that calls us: 16 hexadecimal digits.
    package let parentID: String
    /// Whether the trace is recorded. Only `Sampled=1` says so: whoever leaves the decision open has not taken it.
    package let isSampled: Bool

    /// Reads a header; nil where it names no trace or no segment.
    package init?(_ text: String) {
        var parts: [String: String] = [:]
        for part in text.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
            if pair.count == 2 { parts[pair[0].lowercased()] = pair[1].lowercased() }
        }
        guard let root = parts["root"], Self.isTraceID(root), let parent = parts["parent"],
            Self.isHexadecimal(parent, digits: 16)
        else { return nil }
        traceID = root
        parentID = parent
        isSampled = parts["sampled"] == "1"
    }

    private static func isTraceID(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        return parts.count == 3 && parts[0] == "1" && isHexadecimal(parts[1], digits: 8)
            && isHexadecimal(parts[2], digits: 24)
    }

    private static func isHexadecimal(_ text: String, digits: Int) -> Bool {
        text.utf8.count == digits && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
