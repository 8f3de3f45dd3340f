import FoundationEssentials

/// Reads items of DynamoDB in the form in which nearly all of them come: attributes that are texts without escapes, numbers or
/// bytes. It is many times quicker than the generic decoder, to which it leaves every item of another form.
///
/// It borrows its bytes: it lives no longer than the closure that it was made in.
struct ItemScanner {
    typealias Item = [String: DynamoDB.AttributeValue]

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Takes a mark, and the space before it, if it comes next.
    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    /// Whether nothing is left but space.
    mutating func isAtEnd() -> Bool {
        skipSpace()
        return position == bytes.count
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == 0x20 || (0x09...0x0D).contains(bytes[position]) {
            position += 1
        }
    }

    /// Takes a text without escapes.
    mutating func text() -> String? {
        guard let (content, isASCII) = content() else { return nil }
        let text = UnsafeRawBufferPointer(rebasing: content)
        // Checking is slow, so it is left to the texts that need it.
        return isASCII ? String(decoding: text, as: UTF8.self) : String(validating: text, as: UTF8.self)
    }

    /// The bytes of a text, and whether all of them are ASCII.
    private mutating func content() -> (UnsafeRawBufferPointer.SubSequence, isASCII: Bool)? {
        guard take("\"") else { return nil }
        let start = position
        var seen: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return (bytes[start..<(position - 1)], seen < 0x80)
            }
            if byte == UInt8(ascii: "\\") || byte < 0x20 { return nil }
            seen |= byte
            position += 1
        }
        return nil
    }

    /// Takes a whole number.
    mutating func integer() -> Int? {
        value().flatMap { Int(String(decoding: $0, as: UTF8.self)) }
    }

    /// Takes whatever value comes next, as its bytes.
    mutating func value() -> UnsafeRawBufferPointer.SubSequence? {
        skipSpace()
        let start = position
        var depth = 0
        var isInText = false
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\\") where isInText: position += 1
            case UInt8(ascii: "\""): isInText.toggle()
            case _ where isInText: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return position > start ? bytes[start..<position] : nil }
                depth -= 1
            case UInt8(ascii: ","):
                if depth == 0 { return position > start ? bytes[start..<position] : nil }
            default: break
            }
            position += 1
        }
        return nil
    }

    /// Takes a list of items.
    mutating func items() -> [Item]? {
        guard take("[") else { return nil }
        var items: [Item] = []
        if take("]") { return items }
        repeat {
            guard let item = item() else { return nil }
            items.append(item)
        } while take(",")
        return take("]") ? items : nil
    }

    /// Takes an item, of whatever form it is.
    mutating func item() -> Item? {
        let start = position
        if let item = plainItem() { return item }
        position = start
        return value().flatMap { try? JSONDecoder().decode(Item.self, from: Data($0)) }
    }

    private mutating func plainItem() -> Item? {
        guard take("{") else { return nil }
        var item = Item(minimumCapacity: 12)
        repeat {
            guard let name = text(), take(":"), take("{"), let (type, _) = content(), type.count == 1, take(":") else {
                return nil
            }
            switch type.first {
            case UInt8(ascii: "S"): item[name] = text().map { .s($0) }
            case UInt8(ascii: "N"): item[name] = text().map { .n($0) }
            case UInt8(ascii: "B"): item[name] = content().flatMap { Data(base64Encoded: Data($0.0)) }.map { .b($0) }
            default: return nil
            }
            guard item[name] != nil, take("}") else { return nil }
        } while take(",")
        return take("}") ? item : nil
    }
}

/// An answer that is read without the generic decoder where it has the usual form.
protocol QuickJSONDecodable: Decodable {
    /// Reads it; nil where it has another form, and is left to the generic decoder.
    init?(quick json: UnsafeRawBufferPointer)
}

extension DynamoDB.QueryOutput: QuickJSONDecodable {
    init?(quick json: UnsafeRawBufferPointer) {
        var scanner = ItemScanner(json)
        var (count, items, last) = (Int?.none, [ItemScanner.Item]?.none, ItemScanner.Item?.none)
        guard scanner.take("{") else { return nil }
        repeat {
            guard let name = scanner.text(), scanner.take(":") else { return nil }
            let isRead: Bool
            switch name {
            case "Count":
                count = scanner.integer()
                isRead = count != nil
            case "Items":
                items = scanner.items()
                isRead = items != nil
            case "LastEvaluatedKey":
                last = scanner.item()
                isRead = last != nil
            default: isRead = scanner.value() != nil
            }
            guard isRead else { return nil }
        } while scanner.take(",")
        guard scanner.take("}"), scanner.isAtEnd() else { return nil }
        self.init(count: count, items: items, lastEvaluatedKey: last)
    }
}
