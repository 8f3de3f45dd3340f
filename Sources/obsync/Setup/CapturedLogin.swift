import Clocks
import Logging
import Providers
import SyncCore

/// Makes a secret of a token, or of a request that was copied from a browser.
struct CapturedLogin {
    let dialogue: Dialogue
    let description: ProviderDescription
    let captured: CapturedToken
    let logger: Logger

    /// Asks, and checks what was given.
    ///
    /// - Throws: `AuthenticationFailed` for a token that is refused, `InvalidInput`; transient errors.
    func secret(_ provider: any LibraryProvider) async throws -> Secret {
        dialogue.show(captured.terms)
        dialogue.show(
            "Paste an access token, or a request copied from the browser as cURL. A long one: obsync login --provider \(description.name) < FILE\n"
        )
        let text = try pasted()
        guard let token = Self.token(in: text, cookie: captured.cookie) else {
            throw SyncError(.invalidInput, "there is no token in what was pasted; copy a request to \(captured.host)")
        }
        let secret = Secret(["provider": .string(description.name)]).setting(.string(token), at: description.token)
        guard case .valid(_, let end) = try await provider.check(secret, logger: logger) else {
            throw SyncError(
                .authenticationFailed,
                "\(description.title) refuses this token; copy it from a browser that is signed in"
            )
        }
        dialogue.show("The token works. ")
        dialogue.show(
            end.map { "It ends at \($0.iso8601), and nobody renews it: come here again before.\n" }
                ?? "It does not say when it ends. When it has, runs fail until you come here again.\n"
        )
        return end.map { secret.setting(.string($0.iso8601), at: captured.end) } ?? secret
    }

    /// A line, with those that follow a backslash at its end, as browsers copy a request.
    private func pasted() throws -> String {
        var text = try dialogue.askHidden("Token or request (not shown)")
        while text.hasSuffix("\\"), let more = dialogue.readHidden() { text = text.dropLast() + "\n" + more }
        return text
    }

    /// The token in a text: in a cookie, behind `Bearer`, in JSON, or alone.
    static func token(in text: String, cookie: String) -> String? {
        if let name = text.firstRange(of: cookie + "="),
            let found = text[name.upperBound...].prefixMatch(of: /[A-Za-z0-9._~+\/=-]{16,}/)
        {
            return String(found.0)
        }
        if let found = text.firstMatch(of: /[Bb]earer\s+([A-Za-z0-9._~+\/=-]{16,})/) { return String(found.1) }
        if let found = text.firstMatch(of: /"access_token"\s*:\s*"([A-Za-z0-9._~+\/=-]{16,})"/) {
            return String(found.1)
        }
        guard let found = text.wholeMatch(of: /\s*([A-Za-z0-9._~+\/=-]{8,})\s*/) else { return nil }
        return String(found.1)
    }
}
