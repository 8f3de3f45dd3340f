import LambdaRuntime
import NIOHTTP1

/// The four calls of the Lambda Runtime API, version 2018-06-01.
enum RuntimeAPIRoute: Equatable {
    case next
    case response(requestID: String)
    case error(requestID: String)
    case initializationError

    init?(method: HTTPMethod, path: Substring) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard parts.starts(with: ["2018-06-01", "runtime"]) else { return nil }
        let call = Array(parts.dropFirst(2))
        switch (method, call.count) {
        case (.GET, 2) where call == ["invocation", "next"]: self = .next
        case (.POST, 2) where call == ["init", "error"]: self = .initializationError
        case (.POST, 3) where call[0] == "invocation" && call[2] == "response":
            self = .response(requestID: String(call[1]))
        case (.POST, 3) where call[0] == "invocation" && call[2] == "error":
            self = .error(requestID: String(call[1]))
        default: return nil
        }
    }
}
