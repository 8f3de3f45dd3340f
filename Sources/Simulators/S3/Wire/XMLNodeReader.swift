extension XMLNode {
    /// Reads a document; namespaces, attributes and comments are passed over.
    ///
    /// - Throws: `MalformedXML` for what is no well-formed document, and for one with a DTD.
    static func parse(_ bytes: [UInt8]) throws(S3Refusal) -> XMLNode {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformedXML }
        var reader = XMLNodeReader(rest: bytes[...])
        return try reader.document()
    }
}

/// Reads over bytes, because an accent after a bracket makes one character of the two.
private struct XMLNodeReader {
    private static let deepest = 16

    var rest: ArraySlice<UInt8>

    mutating func document() throws(S3Refusal) -> XMLNode {
        try skipMisc()
        let root = try element(depth: 0)
        try skipMisc()
        guard rest.isEmpty else { throw .malformedXML }
        return root
    }

    private mutating func element(depth: Int) throws(S3Refusal) -> XMLNode {
        guard depth < Self.deepest, take("<"), var tag = takeUp(to: ">") else { throw .malformedXML }
        let isEmpty = tag.last == UInt8(ascii: "/")
        if isEmpty { tag = tag.dropLast() }
        let name = tag.prefix { !isSpace($0) }
        guard let first = name.first, UInt8(ascii: "A") <= first else { throw .malformedXML }
        let localName = name.split(separator: UInt8(ascii: ":")).last ?? name
        var node = XMLNode(String(decoding: localName, as: UTF8.self))
        if isEmpty { return node }
        while !starts("</") {
            if starts("<!--") {
                try skip(past: "-->")
            } else if starts("<") {
                node.children.append(try element(depth: depth + 1))
            } else {
                node.text += try characters()
            }
        }
        guard take("</"), let closing = takeUp(to: ">"), closing.prefix(while: { !isSpace($0) }) == name else {
            throw .malformedXML
        }
        return node
    }

    private mutating func characters() throws(S3Refusal) -> String {
        guard let end = rest.firstIndex(of: UInt8(ascii: "<")) else { throw .malformedXML }
        var raw = rest[..<end]
        rest = rest[end...]
        var text = ""
        while let mark = raw.firstIndex(of: UInt8(ascii: "&")) {
            text += String(decoding: raw[..<mark], as: UTF8.self)
            guard let semicolon = raw[mark...].firstIndex(of: UInt8(ascii: ";")),
                let scalar = Self.reference(String(decoding: raw[(mark + 1)..<semicolon], as: UTF8.self))
            else { throw .malformedXML }
            text.unicodeScalars.append(scalar)
            raw = raw[(semicolon + 1)...]
        }
        return text + String(decoding: raw, as: UTF8.self)
    }

    private static func reference(_ name: String) -> UnicodeScalar? {
        switch name {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        case _ where name.hasPrefix("#x"): UInt32(name.dropFirst(2), radix: 16).flatMap(UnicodeScalar.init)
        case _ where name.hasPrefix("#"): UInt32(name.dropFirst()).flatMap(UnicodeScalar.init)
        default: nil
        }
    }

    private mutating func skipMisc() throws(S3Refusal) {
        while true {
            rest = rest.drop(while: isSpace)
            if starts("<?") {
                try skip(past: "?>")
            } else if starts("<!--") {
                try skip(past: "-->")
            } else {
                return
            }
        }
    }

    private mutating func skip(past end: StaticString) throws(S3Refusal) {
        while !rest.isEmpty {
            if take(end) { return }
            rest = rest.dropFirst()
        }
        throw .malformedXML
    }

    private func starts(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { rest.starts(with: $0) }
    }

    private mutating func take(_ text: StaticString) -> Bool {
        guard starts(text) else { return false }
        rest = rest.dropFirst(text.utf8CodeUnitCount)
        return true
    }

    /// What comes before `end`, which is passed over.
    private mutating func takeUp(to end: UnicodeScalar) -> ArraySlice<UInt8>? {
        guard let index = rest.firstIndex(of: UInt8(ascii: end)) else { return nil }
        defer { rest = rest[(index + 1)...] }
        return rest[..<index]
    }
}

private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
}
