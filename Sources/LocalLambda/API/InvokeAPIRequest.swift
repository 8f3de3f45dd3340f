import LambdaRuntime
import NIOHTTP1

/// A call of the service's Invoke operation:
/// `POST /2015-03-31/functions/<name, partial ARN or ARN>[:qualifier]/invocations`.
struct InvokeAPIRequest: Equatable {
    enum InvocationType: String {
        case requestResponse = "RequestResponse"
        case event = "Event"
        case dryRun = "DryRun"
    }

    let functionName: String
    let type: InvocationType

    /// - Throws: ``LocalLambdaError`` with code `unknownOperation` or `invalidParameter`.
    init(_ request: LoopbackRequest) throws(LocalLambdaError) {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
        guard request.method == .POST, parts.count == 5, parts[1] == "2015-03-31", parts[2] == "functions",
            parts[4] == "invocations", let function = Self.decodePercent(parts[3]), !function.isEmpty
        else {
            let form = "POST /2015-03-31/functions/<name>/invocations"
            throw LocalLambdaError(.unknownOperation, "the only operation is \(form)")
        }
        let typeName = request.headers.first(name: "X-Amz-Invocation-Type") ?? "RequestResponse"
        guard let type = InvocationType(rawValue: typeName) else {
            throw LocalLambdaError(.invalidParameter, "X-Amz-Invocation-Type is not one of the three types")
        }
        self.functionName = Self.name(in: function)
        self.type = type
    }

    /// The bare name in a name, `account:function:name` or an ARN, each with or without a qualifier.
    static func name(in reference: String) -> String {
        let parts = reference.split(separator: ":", omittingEmptySubsequences: false)
        if let marker = parts.firstIndex(of: "function"), marker > 0, marker + 1 < parts.count {
            return String(parts[marker + 1])
        }
        return parts.first.map(String.init) ?? reference
    }

    private static func decodePercent(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let digits = String(rest.prefix(2)), let value = UInt8(digits, radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
