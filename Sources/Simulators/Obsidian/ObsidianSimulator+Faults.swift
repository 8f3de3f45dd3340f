import NIOHTTP1
import Synchronization

extension ObsidianSimulator {
    private struct ErrorAnswer: Encodable {
        let error: String
    }

    /// The answer of a REST call that goes wrong, whatever was asked; nil when all is well.
    func brokenAnswer() -> RESTResponse? {
        state.withLock { state in
            state.faults.takeFirst { fault in
                switch fault {
                case .restUnavailable: .page(.serviceUnavailable)
                case .restPage: .page(.ok)
                case .restGarbled:
                    RESTResponse(status: .ok, contentType: "application/json", body: Array(#"{"token":"#.utf8))
                case .restThrottled(let seconds):
                    Self.with(.page(.tooManyRequests), header: "Retry-After", String(seconds))
                case .restError(let text): Self.json(ErrorAnswer(error: text))
                case .restRedirected(let url): Self.with(.page(.temporaryRedirect), header: "Location", url)
                case .restCut: Self.cut
                default: nil
                }
            }
        }
    }

    private static func with(_ response: RESTResponse, header name: String, _ value: String) -> RESTResponse {
        var response = response
        response.headers.append((name, value))
        return response
    }

    private static var cut: RESTResponse {
        var response = RESTResponse.page(.ok)
        response.isCut = true
        return response
    }

    /// What the list of vaults names as their host.
    func announcedHost() -> String {
        let stated = state.withLock { state in
            state.faults.takeFirst { fault in
                switch fault {
                case .hostStated(let host): host
                case .hostMoved: "localhost:\(state.port)"
                default: nil
                }
            }
        }
        return stated ?? host
    }

    /// What the list of vaults makes of an encryption version.
    func announcedVersion() -> (Int) -> Int? {
        let change: ((Int) -> Int?)? = state.withLock { state in
            state.faults.takeFirst { fault in
                switch fault {
                case .versionUnstated: { _ in nil }
                case .versionStated(let version): { _ in version }
                default: nil
                }
            }
        }
        return change ?? { $0 }
    }
}
