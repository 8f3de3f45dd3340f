import Clocks
import SyncCore

/// A signed address. Its query is a key to the file: it is never stored and never logged.
enum SignedAddress {
    /// How long an address is good for: `Expires` in its query, seconds since 1970.
    static func expiry(of address: String) -> Timestamp? {
        let text = value(of: "Expires", in: address) ?? value(of: "expires", in: address)
        return text.flatMap { Int64($0) }.map { Timestamp(milliseconds: $0.clampedSeconds * 1000) }
    }

    /// The file name in `response-content-disposition`, percent-decoded; as hostile as any other name.
    static func fileName(in address: String) -> String? {
        guard let encoded = value(of: "response-content-disposition", in: address),
            let disposition = percentDecoded(encoded)
        else { return nil }
        guard let range = disposition.range(ofText: "filename=") else { return nil }
        var name = disposition[range...]
        if name.first == "\"" {
            name = name.dropFirst().prefix { $0 != "\"" }
        } else {
            name = name.prefix { $0 != ";" }
        }
        return name.isEmpty ? nil : String(name)
    }

    /// The address that a redirect leads to; nil where it is none.
    static func resolving(_ location: String, from address: String) -> String? {
        if location.hasPrefix("https://") || location.hasPrefix("http://") { return location }
        guard let scheme = ["https:", "http:"].first(where: address.hasPrefix) else { return nil }
        if location.hasPrefix("//") { return scheme + location }
        guard location.hasPrefix("/") else { return nil }
        let authority = address.dropFirst(scheme.count + 2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return "\(scheme)//\(authority)\(location)"
    }

    /// The number that the address's path ends with, before an extension, where it is a small one: of larger ones nobody
    /// knows whether they are the same in the next answer.
    static func number(in address: String) -> Int? {
        let path = address.prefix { $0 != "?" && $0 != "#" }
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.count > 2, let last = parts.last else { return nil }
        let stem = last.prefix { $0 != "." }
        return (1...3).contains(stem.utf8.count) ? Int(stem) : nil
    }

    private static func value(of name: String, in address: String) -> Substring? {
        guard let question = address.firstIndex(of: "?") else { return nil }
        for pair in address[question...].dropFirst().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0] == name { return parts[1] }
        }
        return nil
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension String {
    /// Where the first occurrence of `text` ends.
    fileprivate func range(ofText text: String) -> Index? {
        indices.first { self[$0...].hasPrefix(text) }.map { index(after: index($0, offsetBy: text.count - 1)) }
    }
}
