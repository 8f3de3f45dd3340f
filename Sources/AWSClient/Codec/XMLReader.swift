/// Reads the XML that S3 answers with: strict, bounded, without document types and so without entity expansion.
struct XMLReader {
    /// What a document may be at most.
    struct Bounds: Sendable {
        /// Elements inside one another.
        var depth = 16
        /// Elements altogether.
        var elements = 50_000
        /// Bytes.
        var size = 32 << 20
    }

    private let bytes: [UInt8]
    private let bounds: Bounds
    private var position = 0
    private var elements = 0

    init(bytes: [UInt8], bounds: Bounds) {
        self.bytes = bytes
        self.bounds = bounds
    }

    mutating func document() throws(XMLError) -> XMLElement {
        guard bytes.count <= bounds.size else { throw .tooLarge }
        if starts(with: [0xEF, 0xBB, 0xBF]) { position += 3 }
        try skipMisc()
        let root = try element(depth: 1)
        try skipMisc()
        guard position == bytes.count else { throw .malformed }
        return root
    }

    private mutating func element(depth: Int) throws(XMLError) -> XMLElement {
        guard depth <= bounds.depth else { throw .tooDeep }
        elements += 1
        guard elements <= bounds.elements else { throw .tooLarge }
        try expect("<")
        let qualifiedName = try name()
        var element = XMLElement(name: Self.local(qualifiedName))
        if try attributesAreAll() { return element }
        var text: [UInt8] = []
        while true {
            guard position < bytes.count else { throw .malformed }
            let byte = bytes[position]
            if byte == UInt8(ascii: "&") {
                text.append(contentsOf: try reference())
            } else if byte != UInt8(ascii: "<") {
                let end = bytes[position...].firstIndex { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }
                text.append(contentsOf: bytes[position..<(end ?? bytes.count)])
                position = end ?? bytes.count
            } else if starts(with: "</") {
                position += 2
                guard try name() == qualifiedName else { throw .malformed }
                skipSpace()
                try expect(">")
                guard let valid = String(validating: text, as: UTF8.self) else { throw .malformed }
                element.text = valid
                return element
            } else if starts(with: "<![CDATA[") {
                position += 9
                text.append(contentsOf: try upTo("]]>"))
            } else if starts(with: "<!--") || starts(with: "<?") {
                try skipOneMisc()
            } else {
                element.children.append(try self.element(depth: depth + 1))
            }
        }
    }

    /// Reads over the attributes up to the end of the tag; true when the element ends with it.
    private mutating func attributesAreAll() throws(XMLError) -> Bool {
        while true {
            let before = position
            skipSpace()
            if starts(with: "/>") {
                position += 2
                return true
            }
            if starts(with: ">") {
                position += 1
                return false
            }
            guard position > before else { throw .malformed }
            _ = try name()
            skipSpace()
            try expect("=")
            skipSpace()
            guard position < bytes.count else { throw .malformed }
            let quote = bytes[position]
            guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw .malformed }
            position += 1
            guard let end = bytes[position...].firstIndex(of: quote),
                !bytes[position..<end].contains(UInt8(ascii: "<"))
            else { throw .malformed }
            position = end + 1
        }
    }

    /// Resolves one of the five named entities or a character number.
    private mutating func reference() throws(XMLError) -> [UInt8] {
        position += 1
        // The longest spelling is a number of seven digits.
        guard let end = bytes[position...].prefix(10).firstIndex(of: UInt8(ascii: ";")) else { throw .malformed }
        let entity = String(decoding: bytes[position..<end], as: UTF8.self)
        position = end + 1
        switch entity {
        case "amp": return [UInt8(ascii: "&")]
        case "lt": return [UInt8(ascii: "<")]
        case "gt": return [UInt8(ascii: ">")]
        case "quot": return [UInt8(ascii: "\"")]
        case "apos": return [UInt8(ascii: "'")]
        default:
            let isHexadecimal = entity.hasPrefix("#x")
            guard entity.hasPrefix("#"),
                let number = UInt32(entity.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10),
                number != 0, let scalar = Unicode.Scalar(number)
            else { throw .malformed }
            return Array(String(Character(scalar)).utf8)
        }
    }

    private mutating func name() throws(XMLError) -> String {
        let start = position
        while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
        guard position > start, position - start <= 256 else { throw .malformed }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static func local(_ name: String) -> String {
        name.firstIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: ":"), 0x80...0xFF:
            true
        default:
            false
        }
    }

    private mutating func skipMisc() throws(XMLError) {
        while true {
            skipSpace()
            if starts(with: "<!DOCTYPE") { throw .documentType }
            guard starts(with: "<?") || starts(with: "<!--") else { return }
            try skipOneMisc()
        }
    }

    private mutating func skipOneMisc() throws(XMLError) {
        let isComment = starts(with: "<!--")
        position += isComment ? 4 : 2
        _ = try upTo(isComment ? "-->" : "?>")
    }

    private mutating func upTo(_ end: StaticString) throws(XMLError) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count {
            if starts(with: end) {
                defer { position += end.utf8CodeUnitCount }
                return bytes[start..<position]
            }
            position += 1
        }
        throw .malformed
    }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private mutating func expect(_ text: StaticString) throws(XMLError) {
        guard starts(with: text) else { throw .malformed }
        position += text.utf8CodeUnitCount
    }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { buffer in starts(with: buffer) }
    }

    private func starts(with expected: some Collection<UInt8>) -> Bool {
        bytes.count - position >= expected.count && bytes[position...].starts(with: expected)
    }
}
