import NIOCore

/// A small XML document as a tree: names, texts, children. Attributes, comments and namespaces are read over.
struct XMLElement: Sendable, Equatable {
    /// The name without its prefix.
    let name: String
    /// The character data directly inside, entities resolved.
    var text: String = ""
    /// The elements directly inside.
    var children: [XMLElement] = []

    /// The text of the first child of this name.
    subscript(_ name: String) -> String? {
        child(name)?.text
    }

    /// The first child of this name.
    func child(_ name: String) -> XMLElement? {
        children.first { $0.name == name }
    }

    /// All children of this name.
    func all(_ name: String) -> [XMLElement] {
        children.filter { $0.name == name }
    }

    /// Reads a document.
    ///
    /// - Throws: ``XMLError`` for anything that is not one well-formed document within the bounds.
    static func parse(_ buffer: ByteBuffer, bounds: XMLReader.Bounds = .init()) throws(XMLError) -> XMLElement {
        var reader = XMLReader(bytes: Array(buffer.readableBytesView), bounds: bounds)
        return try reader.document()
    }
}

/// Why a document was refused.
struct XMLError: Error, Sendable, Equatable, CustomStringConvertible {
    let description: String

    static let malformed = XMLError(description: "the document is not well-formed")
    static let tooDeep = XMLError(description: "the document is nested too deeply")
    static let tooLarge = XMLError(description: "the document is too large")
    static let documentType = XMLError(description: "the document has a document type declaration")
}

/// Writes text into a request's XML.
enum XMLText {
    /// Escapes what has a meaning in XML, and white space that a reader would otherwise change.
    ///
    /// - Returns: nil when the text holds a character that XML 1.0 has no spelling for.
    static func escaped(_ text: String) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes.append(contentsOf: "&amp;".utf8)
            case "<": bytes.append(contentsOf: "&lt;".utf8)
            case ">": bytes.append(contentsOf: "&gt;".utf8)
            case "\"": bytes.append(contentsOf: "&quot;".utf8)
            case "\r", "\n", "\t": bytes.append(contentsOf: "&#\(scalar.value);".utf8)
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": return nil
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
