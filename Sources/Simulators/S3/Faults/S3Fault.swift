/// Something that the store or the way to it does wrong.
package enum S3Fault: Sendable, Hashable {
    /// 503 SlowDown, nothing done; with the seconds of a `Retry-After` field, where they are given.
    case slowDown(retryAfter: Int? = nil)
    /// 500 InternalError, nothing done.
    case internalError
    /// The connection is reset as soon as the head of the request is there.
    case resetBeforeBody
    /// The connection is reset when half of the body has come.
    case resetInBody
    /// The connection is reset when the whole request has come; nothing is done.
    case resetAfterBody
    /// What was asked for is done, but the connection is reset instead of an answer.
    case lostReply
    /// Nothing happens for so long; then the request is served.
    case stall(Duration)
    /// Status 200, and an error in the body; nothing done. Strikes `CopyObject` and `CompleteMultipartUpload` alone.
    case errorInSuccess
    /// The connection is reset in the middle of the answer's body.
    case truncatedBody
    /// The bodies of request and answer pass at this pace.
    case paced(bytesPerSecond: Int)

    func strikes(_ operation: S3Operation) -> Bool {
        self != .errorInSuccess || operation == .copyObject || operation == .completeMultipartUpload
    }
}

/// The faults that wait to happen.
struct S3FaultPlan: Sendable {
    struct Rule: Sendable {
        let fault: S3Fault
        let operations: Set<S3Operation>
        /// How many requests are spared first.
        var skip: Int
        /// How often it happens yet; nil for ever.
        var remaining: Int?
        /// How many requests of a thousand it strikes.
        var perMille = 1000
    }

    private(set) var rules: [Rule] = []
    private var random = SeededRandom("faults")

    mutating func add(_ rule: Rule) { rules.append(rule) }

    mutating func removeAll() { rules = [] }

    mutating func seed(_ text: String) { random = SeededRandom(text) }

    /// Uses up what strikes a request.
    mutating func take(_ operation: S3Operation) -> Set<S3Fault> {
        var struck: Set<S3Fault> = []
        for index in rules.indices {
            let rule = rules[index]
            guard rule.operations.isEmpty || rule.operations.contains(operation), rule.fault.strikes(operation),
                rule.remaining != 0
            else { continue }
            if rule.skip > 0 {
                rules[index].skip -= 1
            } else if rule.perMille == 1000 || random.below(1000) < rule.perMille {
                rules[index].remaining = rule.remaining.map { $0 - 1 }
                struck.insert(rule.fault)
            }
        }
        return struck
    }
}
