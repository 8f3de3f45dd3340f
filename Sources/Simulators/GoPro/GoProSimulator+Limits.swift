import FoundationEssentials
import Synchronization

extension GoProSimulator {
    /// The answer to a request that is one too many; nil for all others.
    func refusalOfTooMany() -> Response? {
        guard let limit = configuration.requestLimit else { return nil }
        let now = configuration.unixTime()
        let wait = state.withLock { state -> Double? in
            state.answered.removeAll { $0 + limit.seconds <= now }
            if let first = state.answered.first, state.answered.count >= limit.count {
                return first + limit.seconds - now
            }
            state.answered.append(now)
            return nil
        }
        guard let wait else { return nil }
        count { $0.refusedRequests += 1 }
        return .of(429).asking(forQuiet: String(Int(wait.rounded(.up))))
    }

    /// Counts a request that came although quiet was asked for.
    func noteImpatience(_ isForMedia: Bool) {
        let now = configuration.unixTime()
        let isImpatient = state.withLock { now < $0.quietUntil[isForMedia] ?? 0 }
        if isImpatient { count { $0.impatientRequests += 1 } }
    }

    /// Remembers for how long an answer asks for quiet.
    func noteQuiet(_ answer: Response, _ isForMedia: Bool) {
        let value = answer.headers.first { $0.name == "Retry-After" }?.value
        guard let value else { return }
        let now = configuration.unixTime()
        // A date names whole seconds.
        let end = Double(value).map { now + $0 } ?? Double(Int64(now)) + 7
        state.withLock { $0.quietUntil[isForMedia] = end }
    }

    /// A moment as header fields name it.
    static func httpDate(_ seconds: Double) -> String {
        let date = Date(timeIntervalSince1970: Double(Int64(seconds)))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
        let parts = calendar.dateComponents([.year, .month, .day, .weekday, .hour, .minute, .second], from: date)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        return "\(days[(parts.weekday ?? 1) - 1]), \(two(parts.day)) \(months[(parts.month ?? 1) - 1]) "
            + "\(parts.year ?? 1970) \(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) GMT"
    }
}

extension GoProSimulator.Response {
    /// The same answer with a `Retry-After`.
    func asking(forQuiet text: String) -> Self {
        var answer = self
        answer.headers.append(("Retry-After", text))
        return answer
    }
}
