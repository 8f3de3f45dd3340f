import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import SyncCore
import Synchronization

/// Stands before an emulator of AWS: notes which calls are made, and answers some of them as a service does that has no capacity
/// left. It looks on only while it is told to.
final class ThrottledAWS: HTTPExecutor {
    /// What is answered instead.
    enum Answer: Sendable {
        /// An error that asks for fewer requests.
        case slowDown
        /// Success, with keys that were not looked up: first all of them, then all but one.
        case unprocessedKeys
    }

    private struct State {
        var isLooking = false
        var seen: [String: Int] = [:]
        var call: String?
        var answer = Answer.slowDown
        /// How many calls are still answered so.
        var left = 0
        var struck = 0
        var hook: (@Sendable () async throws -> Void)?
    }

    private let base: any HTTPExecutor
    private let state = Mutex(State())

    init(_ base: any HTTPExecutor) {
        self.base = base
    }

    /// How many calls were not let through since the last plan was made.
    var struck: Int { state.withLock { $0.struck } }

    /// Answers the next calls of a name in another way; nil lets all calls through.
    func strike(_ call: String?, with answer: Answer = .slowDown, times: Int = .max) {
        state.withLock { state in
            (state.call, state.answer, state.left, state.struck) = (call, answer, times, 0)
        }
    }

    /// Runs something once, before the next call of a name.
    func before(_ call: String, _ body: @escaping @Sendable () async throws -> Void) {
        state.withLock { state in
            (state.call, state.left, state.struck, state.hook) = (call, 1, 0, body)
        }
    }

    /// Looks on while `body` runs.
    ///
    /// - Returns: what `body` returns, and how often which calls were made.
    func watching<Result>(_ body: () async throws -> Result) async rethrows -> (Result, calls: [String: Int]) {
        state.withLock { ($0.isLooking, $0.seen) = (true, [:]) }
        defer { state.withLock { $0.isLooking = false } }
        let result = try await body()
        return (result, state.withLock { $0.seen })
    }

    func execute(_ request: HTTPRequest, timeout: Duration, logger: Logger) async throws -> HTTPResponse {
        let call = request.callName
        typealias Plan = (answer: Answer, number: Int, hook: (@Sendable () async throws -> Void)?)
        let plan: Plan? = state.withLock { state in
            guard state.isLooking else { return nil }
            state.seen[call, default: 0] += 1
            guard state.call == call, state.left > 0 else { return nil }
            state.left -= 1
            state.struck += 1
            defer { state.hook = nil }
            return (state.answer, state.struck, state.hook)
        }
        guard let plan else { return try await base.execute(request, timeout: timeout, logger: logger) }
        if let hook = plan.hook {
            try await hook()
            return try await base.execute(request, timeout: timeout, logger: logger)
        }
        switch plan.answer {
        case .slowDown: return request.slowDown
        case .unprocessedKeys:
            guard plan.number > 1 else { return try request.nothingProcessed }
            let (some, rest) = try request.firstKeyAndRest
            let answer = try await base.execute(some, timeout: timeout, logger: logger)
            let body = Data(try await answer.collect(upTo: 1 << 20).readableBytesView)
            let found = try JSONDecoder().decode(JSON.self, from: body)
            return try .json(found.setting(rest, at: ["UnprocessedKeys"]))
        }
    }
}

extension HTTPRequest {
    /// The name of the AWS call; those of DynamoDB say what they are about.
    var callName: String {
        if let target = headers.first(name: "X-Amz-Target") {
            let operation = target.split(separator: ".").last.map(String.init) ?? target
            return [operation, subject].compactMap(\.self).joined(separator: " ")
        }
        let query = url.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        let names = Set(query.split(separator: "&").map { $0.prefix { $0 != "=" } }.map(String.init))
        switch method {
        case .GET where names.contains("list-type"): return "ListObjectsV2"
        case .GET where names.contains("uploads"): return "ListMultipartUploads"
        case .GET where names.contains("uploadId"): return "ListParts"
        case .GET: return "GetObject"
        case .HEAD: return "HeadObject"
        case .PUT where headers.contains(name: "x-amz-copy-source"): return "CopyObject"
        case .PUT where names.contains("partNumber"): return "UploadPart"
        case .PUT: return "PutObject"
        case .POST where names.contains("delete"): return "DeleteObjects"
        case .POST where names.contains("uploads"): return "CreateMultipartUpload"
        case .POST: return "CompleteMultipartUpload"
        case .DELETE where names.contains("uploadId"): return "AbortMultipartUpload"
        default: return "\(method.rawValue)"
        }
    }

    private var subject: String? {
        guard let json else { return nil }
        if json.members["IndexName"] != nil { return "pending" }
        let texts = [
            json[["Item", "item", "S"]], json[["Key", "item", "S"]], json.members["UpdateExpression"],
            json[["ExpressionAttributeValues", ":first", "S"]],
        ]
        for case .string(let text)? in texts {
            if text.hasPrefix("file#") { return "record" }
            if text.hasPrefix("receipt#") { return "receipt" }
            if text.hasPrefix("SET #state") { return "commit" }
            if text.hasPrefix("SET lease_owner") { return "lease" }
            if text.hasPrefix("REMOVE lease_owner") { return "release" }
            if text == "state" || text == "progress" {
                guard case .string? = json.members["UpdateExpression"] else { return text }
            }
        }
        let partition =
            json[["Item", "vault_id", "S"]] ?? json[["Key", "vault_id", "S"]]
            ?? json[["ExpressionAttributeValues", ":folders", "S"]]
        return partition == .string("#folders") ? "folder" : nil
    }

    private var json: JSON? {
        guard case .bytes(let buffer) = body else { return nil }
        return try? JSONDecoder().decode(JSON.self, from: Data(buffer.readableBytesView))
    }

    /// An answer that asks for fewer requests.
    var slowDown: HTTPResponse {
        guard headers.contains(name: "X-Amz-Target") else {
            let text = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
            return HTTPResponse(status: 503, body: BufferedBody(ByteBuffer(string: method == .HEAD ? "" : text)))
        }
        let type = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
        let text = #"{"__type": "\#(type)", "message": "The level of configured throughput was exceeded."}"#
        return HTTPResponse(status: 400, body: BufferedBody(ByteBuffer(string: text)))
    }

    fileprivate var nothingProcessed: HTTPResponse {
        get throws {
            try .json(.object(["Responses": .object([:]), "UnprocessedKeys": json?.members["RequestItems"] ?? .null]))
        }
    }

    /// The same request for its first key only, and the request items of the other keys.
    fileprivate var firstKeyAndRest: (some: HTTPRequest, rest: JSON) {
        get throws {
            let items = json?.members["RequestItems"] ?? .null
            guard let table = items.members.keys.first, case .array(let keys)? = items[[table, "Keys"]] else {
                return (self, .object([:]))
            }
            var some = self
            let first = items.setting(.array(Array(keys.prefix(1))), at: [table, "Keys"])
            some.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(JSON.object(["RequestItems": first]))))
            let rest = keys.dropFirst()
            return (some, rest.isEmpty ? .object([:]) : items.setting(.array(Array(rest)), at: [table, "Keys"]))
        }
    }
}

extension HTTPResponse {
    fileprivate static func json(_ value: JSON) throws -> HTTPResponse {
        HTTPResponse(status: 200, body: BufferedBody(ByteBuffer(bytes: try JSONEncoder().encode(value))))
    }
}
