/// Reads one line of JSON Lines as our own encoder writes it: an object whose members come in the order of their names,
/// texts without escapes, whole numbers.
///
/// It knows nothing else. Whatever does not look exactly so is refused, and left to the generic decoder, which is forty
/// times slower: so the two always agree, and nearly every line takes the quick way.
///
/// It borrows its bytes: it lives no longer than the closure that it was made in.
package struct LineScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where the next byte is read.
    private(set) var position: Int
    private var isFirst = true

    init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// Takes the name of the next member, if it is this one; otherwise nothing is taken.
    @inline(__always)
    mutating func member(_ name: StaticString) -> Bool {
        let length = name.utf8CodeUnitCount
        guard position + length + 4 <= bytes.count,
            bytes[position] == (isFirst ? UInt8(ascii: "{") : UInt8(ascii: ",")),
            bytes[position + 1] == UInt8(ascii: "\""), bytes[position + 2] == name.utf8Start[0],
            bytes[position + 2 + length] == UInt8(ascii: "\""), bytes[position + 3 + length] == UInt8(ascii: ":"),
            holds(name, at: position + 2)
        else { return false }
        position += length + 4
        isFirst = false
        return true
    }

    /// Takes exactly these bytes, if they come next; otherwise nothing is taken.
    mutating func literal(_ text: StaticString) -> Bool {
        guard position + text.utf8CodeUnitCount <= bytes.count, holds(text, at: position) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    @inline(__always)
    private func holds(_ text: StaticString, at start: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        let (expected, found) = (
            UnsafeRawPointer(text.utf8Start), UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped) + start
        )
        // A whole word at a time; the last one overlaps with the one before.
        if count >= 8 {
            for index in stride(from: 0, to: count &- 8, by: 8) where !isSame(UInt64.self, expected, found, at: index) {
                return false
            }
            return isSame(UInt64.self, expected, found, at: count &- 8)
        }
        if count >= 4 {
            return isSame(UInt32.self, expected, found, at: 0) && isSame(UInt32.self, expected, found, at: count &- 4)
        }
        for index in 0..<count where !isSame(UInt8.self, expected, found, at: index) { return false }
        return true
    }

    @inline(__always)
    private func isSame<Word: FixedWidthInteger & BitwiseCopyable>(
        _ word: Word.Type,
        _ lhs: UnsafeRawPointer,
        _ rhs: UnsafeRawPointer,
        at offset: Int
    ) -> Bool {
        lhs.loadUnaligned(fromByteOffset: offset, as: word) == rhs.loadUnaligned(fromByteOffset: offset, as: word)
    }

    /// The bytes of a text, and whether all of them are ASCII.
    private typealias Content = (bytes: UnsafeBufferPointer<UInt8>, isASCII: Bool)

    /// Takes a text without escapes.
    private mutating func content() -> Content? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
        let start = position + 1
        var end = start
        var seen: UInt64 = 0
        let raw = UnsafeRawBufferPointer(bytes)
        while end &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: end, as: UInt64.self))
            let special = Self.special(word)
            if special != 0 {
                let before = special.trailingZeroBitCount & ~7
                seen |= word & ((1 << before) &- 1)
                end &+= before >> 3
                break
            }
            seen |= word
            end &+= 8
        }
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") {
                position = end + 1
                return (UnsafeBufferPointer(rebasing: bytes[start..<end]), seen & Self.tops == 0)
            }
            if byte < 0x20 || byte == UInt8(ascii: "\\") { return nil }
            seen |= UInt64(byte)
            end &+= 1
        }
        return nil
    }

    /// The text of bytes; nil where they are no UTF-8.
    @inline(__always)
    private func string(_ content: Content) -> String? {
        // Checking is generic, and slow, so it is left to those that need it.
        content.isASCII
            ? String(decoding: content.bytes, as: UTF8.self) : String(validating: content.bytes, as: UTF8.self)
    }

    /// The top bits of those of eight bytes that are a quotation mark, a backslash or a control character. It may be wrong about
    /// bytes that follow such a one, and is never wrong about the first.
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let found = (quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word
        return found & tops
    }

    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var tops: UInt64 { 0x8080_8080_8080_8080 }

    /// Takes a text without escapes.
    mutating func text() -> String? {
        content().flatMap(string)
    }

    /// Takes a text; where it is the same as `last`, that very text is given, which costs no memory.
    mutating func text(like last: String?) -> String? {
        guard let content = content() else { return nil }
        if let last, last.utf8.count == content.bytes.count {
            let isSame = last.utf8.withContiguousStorageIfAvailable { known in
                for index in 0..<known.count where known[index] != content.bytes[index] { return false }
                return true
            }
            if isSame == true { return last }
        }
        return string(content)
    }

    /// Takes a whole number of at most 18 digits.
    mutating func integer() -> Int64? {
        var end = position
        let isNegative = end < bytes.count && bytes[end] == UInt8(ascii: "-")
        if isNegative { end &+= 1 }
        let start = end
        var value: Int64 = 0
        let raw = UnsafeRawBufferPointer(bytes)
        while end &- start <= 18, end &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: end, as: UInt64.self))
            let (part, count) = Self.leadingDigits(word)
            value = value &* Self.power(count) &+ part
            end &+= count
            if count < 8 { break }
        }
        while end < bytes.count, end &- start <= 18, case let digit = bytes[end] &- UInt8(ascii: "0"), digit < 10 {
            value = value &* 10 &+ Int64(digit)
            end &+= 1
        }
        let digits = end - start
        guard digits > 0, digits <= 18, digits == 1 || bytes[start] != UInt8(ascii: "0"), end < bytes.count,
            bytes[end] == UInt8(ascii: ",") || bytes[end] == UInt8(ascii: "}")
        else { return nil }
        position = end
        return isNegative ? -value : value
    }

    /// The number that the digits at the beginning of eight bytes make up, and how many they are.
    @inline(__always)
    private static func leadingDigits(_ word: UInt64) -> (value: Int64, count: Int) {
        let digits = word ^ (ones &* 0x30)
        let others = ((digits & ~tops) &+ ones &* 0x76 | digits) & tops
        let count = others == 0 ? 8 : others.trailingZeroBitCount >> 3
        guard count > 0 else { return (0, 0) }
        // With zeros before them they are eight digits: neighbours are put together, then pairs, then fours.
        var value = digits << (64 &- 8 &* UInt64(count))
        value = value &* 10 &+ value >> 8
        value =
            ((value & 0xFF_0000_00FF) &* 0xF4240_0000_0064 &+ ((value >> 16) & 0xFF_0000_00FF) &* 0x2710_0000_0001)
            >> 32
        return (Int64(value), count)
    }

    /// Ten to the power of up to eight.
    @inline(__always)
    private static func power(_ count: Int) -> Int64 {
        switch count {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        default: 100_000_000
        }
    }

    /// Takes an object with whatever it holds, as long as no text in it has escapes.
    mutating func object() -> [UInt8]? {
        let start = position
        var end = position
        var depth = 0
        var isInText = false
        while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "\\"), UInt8(ascii: "\n"): return nil
            case UInt8(ascii: "\""): isInText.toggle()
            case UInt8(ascii: "{") where !isInText: depth += 1
            case UInt8(ascii: "}") where !isInText: depth -= 1
            default: break
            }
            end += 1
            if depth == 0 { break }
        }
        guard depth == 0, end - start >= 2, bytes[start] == UInt8(ascii: "{") else { return nil }
        position = end
        return Array(bytes[start..<end])
    }

    /// Takes the end of the object and of the line.
    mutating func end() -> Bool {
        literal("}\n")
    }
}

/// A value whose lines can be read without the generic decoder.
package protocol LineCodable: Codable, Sendable {
    /// Reads a line, its line feed included; nil where it has to be left to the generic decoder.
    ///
    /// - Parameters:
    ///   - scanner: where the line begins; behind the line afterwards.
    ///   - last: the value of the line before, whose texts need not be made again.
    init?(_ scanner: inout LineScanner, like last: Self?)
}

extension LineCodable {
    /// Reads the line that begins at a position.
    ///
    /// - Returns: the value and where the next line begins; nil where the line has to be left to the generic decoder.
    static func scan(_ bytes: [UInt8], at position: Int = 0, like last: Self? = nil) -> (value: Self, end: Int)? {
        bytes.withUnsafeBufferPointer { buffer in
            var scanner = LineScanner(buffer, at: position)
            return Self(&scanner, like: last).map { ($0, scanner.position) }
        }
    }
}
