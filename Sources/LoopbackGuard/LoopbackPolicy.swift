package import NIOHTTP1

/// Which requests a server on the loopback interface answers.
///
/// Such a server asks nobody who they are, so it is not enough that only programs of this machine reach it: a browser is one
/// of them, and does what web pages ask. A page that reaches the server under a name of its own is known by `Host`, every
/// other page by `Origin` or `Sec-Fetch-Site`.
package struct LoopbackPolicy: Sendable {
    /// Names by which the server is called besides those of this machine; one that begins with a dot stands for all below it.
    package var hosts: Set<String> = []
    /// What clients of ours send as `Origin`.
    package var origins: Set<String> = []

    /// Answers only who calls the server by a name of this machine, and is no web page.
    package init() {}

    /// Why a request is not answered; nil when it is.
    package func refusal(of head: HTTPRequestHead) -> String? {
        if let host = head.headers.first(name: "Host"), !names(host) {
            return "requests for other hosts are not answered"
        }
        if let origin = head.headers.first(name: "Origin"), !origins.contains(origin) {
            return "requests by web pages are not answered"
        }
        if let site = head.headers.first(name: "Sec-Fetch-Site"), site != "none", site != "same-origin" {
            return "requests by web pages are not answered"
        }
        return nil
    }

    private func names(_ authority: String) -> Bool {
        var host = authority.lowercased()[...]
        if let colon = host.lastIndex(of: ":"), host[colon...].dropFirst().allSatisfy(\.isNumber) {
            host = host[..<colon]
        }
        if ["127.0.0.1", "localhost", "[::1]"].contains(host) || host.hasSuffix(".localhost") { return true }
        return hosts.contains { $0.hasPrefix(".") ? host.hasSuffix($0) : host == $0[...] }
    }
}
