import FoundationEssentials
package import HTTPTransport
package import Logging
import NIOCore
import NIOHTTP1
import SyncCore
import Synchronization

/// A table that answers as DynamoDB does, 1 MiB of items a page, and adds up what the answers cost.
///
/// It keeps one item, the last that was put, and gives any number of copies of it, however many there are: in each the eight
/// zeros that its sort key holds are another number.
package final class MeteredTable: HTTPExecutor {
    /// What was asked, and what it cost.
    package struct Usage: Sendable {
        /// Calls of `Query`.
        package var queries = 0
        /// Calls of `BatchGetItem`.
        package var batches = 0
        /// Read capacity units.
        package var units = 0.0
    }

    fileprivate struct State {
        var begin = ""
        var end = ""
        var sortBegin = ""
        var sortEnd = ""
        var itemSize = 0
        var usage = Usage()
    }

    private static let pageSize = 1 << 20
    private static let placeholder = "00000000"

    private let count: Int
    private let state = Mutex(State())

    /// Makes a table that has so many copies of the item that is put into it.
    package init(count: Int) {
        self.count = count
    }

    /// What it was used for so far.
    package var usage: Usage { state.withLock { $0.usage } }

    /// The size of the item by which DynamoDB reckons, in bytes.
    package var itemSize: Int { state.withLock { $0.itemSize } }

    /// The digits that stand for a number in a sort key.
    package static func digits(_ number: Int) -> String {
        let digits = String(number)
        return placeholder.dropLast(digits.utf8.count) + digits
    }

    package func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        guard case .bytes(let buffer) = request.body, let target = request.headers.first(name: "X-Amz-Target") else {
            throw TransportError(.invalidConfiguration, message: "no call of DynamoDB")
        }
        let input = try JSONDecoder().decode(JSON.self, from: Data(buffer.readableBytesView))
        switch target.split(separator: ".").last {
        case "PutItem": return try put(input)
        case "Query": return query(input)
        case "BatchGetItem": return batch(input)
        default: throw TransportError(.invalidConfiguration, message: "no such call")
        }
    }

    private func put(_ input: JSON) throws -> HTTPResponse {
        let item = input.members["Item"] ?? .null
        let encoder = JSONEncoder()
        // As the service spells it.
        encoder.outputFormatting = .withoutEscapingSlashes
        let body = String(decoding: try encoder.encode(item), as: UTF8.self)
        guard case .string(let sort)? = item[["item", "S"]], let inBody = Self.split(body),
            let inSort = Self.split(sort)
        else { throw TransportError(.invalidConfiguration, message: "the sort key has no number in it") }
        state.withLock { state in
            (state.begin, state.end) = inBody
            (state.sortBegin, state.sortEnd) = inSort
            state.itemSize = Self.size(of: item)
        }
        return .success("{}")
    }

    private static func split(_ text: String) -> (begin: String, end: String)? {
        let bytes = Array(text.utf8)
        let zeros = Array(placeholder.utf8)
        guard bytes.count >= zeros.count else { return nil }
        for start in 0...(bytes.count - zeros.count) where Array(bytes[start..<(start + zeros.count)]) == zeros {
            return (
                String(decoding: bytes[..<start], as: UTF8.self),
                String(decoding: bytes[(start + zeros.count)...], as: UTF8.self)
            )
        }
        return nil
    }

    /// Names and values: texts by their UTF-8, numbers by two digits a byte and one more, binaries by their bytes.
    private static func size(of item: JSON) -> Int {
        item.members.reduce(0) { sum, attribute in
            var size = attribute.key.utf8.count
            for case (let type, .string(let text)) in attribute.value.members {
                switch type {
                case "N": size += (text.utf8.count + 1) / 2 + 1
                case "B": size += Data(base64Encoded: text)?.count ?? 0
                default: size += text.utf8.count
                }
            }
            return sum + size
        }
    }

    private func query(_ input: JSON) -> HTTPResponse {
        state.withLock { state in
            var start = 0
            if case .string(let last)? = input[["ExclusiveStartKey", "item", "S"]] {
                start = (state.number(inSortKey: last) ?? count) + 1
            }
            let end = min(count, start + Self.pageSize / max(1, state.itemSize))
            let isConsistent = input.members["ConsistentRead"] == .bool(true)
            let units = (Double((end - start) * state.itemSize) / 4096).rounded(.up) / (isConsistent ? 1 : 2)
            state.usage.queries += 1
            state.usage.units += units
            var body = #"{"Items":["#
            for number in start..<end { state.append(number, to: &body, isFirst: number == start) }
            body += "]"
            if end < count {
                let sort = state.sortBegin + Self.digits(end - 1) + state.sortEnd
                body += #","LastEvaluatedKey":{"vault_id":{"S":"v"},"item":{"S":"\#(sort)"}}"#
            }
            return .success(body + "}")
        }
    }

    private func batch(_ input: JSON) -> HTTPResponse {
        guard let (table, asked) = input.members["RequestItems"]?.members.first,
            case .array(let keys)? = asked.members["Keys"]
        else { return .success("{}") }
        let isConsistent = asked.members["ConsistentRead"] == .bool(true)
        return state.withLock { state in
            state.usage.batches += 1
            var body = #"{"Responses":{"\#(table)":["#
            var isFirst = true
            for key in keys {
                guard case .string(let sort)? = key[["item", "S"]], let number = state.number(inSortKey: sort),
                    number < count
                else { continue }
                // Each item is rounded up by itself.
                state.usage.units += (Double(state.itemSize) / 4096).rounded(.up) / (isConsistent ? 1 : 2)
                state.append(number, to: &body, isFirst: isFirst)
                isFirst = false
            }
            return .success(body + "]}}")
        }
    }
}

extension MeteredTable.State {
    fileprivate func number(inSortKey sort: String) -> Int? {
        Int(sort.dropFirst(sortBegin.count).dropLast(sortEnd.count))
    }

    fileprivate func append(_ number: Int, to body: inout String, isFirst: Bool) {
        if !isFirst { body += "," }
        body += begin
        body += MeteredTable.digits(number)
        body += end
    }
}

extension HTTPResponse {
    fileprivate static func success(_ body: String) -> HTTPResponse {
        HTTPResponse(status: 200, body: BufferedBody(ByteBuffer(string: body)))
    }
}
