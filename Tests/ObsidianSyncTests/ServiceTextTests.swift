import SyncCore
import Testing

@testable import ObsidianSync

@Suite("The service's texts")
struct ServiceTextTests {
    @Test(
        "known texts become their errors, whatever their case and what stands around them",
        arguments: [
            ("2FA code is incorrect.", SyncError.Name.authenticationFailed),
            ("Please enter your 2FA code", .authenticationFailed),
            ("Login failed, please double check your email and password.", .authenticationFailed),
            ("Not logged in", .tokenExpired),
            ("Failed to authenticate: not logged in", .tokenExpired),
            ("Wrong vault key, please try again.", .vaultPasswordWrong),
            ("Your subscription to Obsidian Sync has expired.", .subscriptionExpired),
            ("Vault not found.", .invalidInput),
            ("Server overloaded, please try again later", .throttled),
            ("Something happened. Try again!", .sourceUnavailable),
            ("TEMPORARILY UNAVAILABLE", .sourceUnavailable),
            ("", .protocolChanged),
            ("subscription", .protocolChanged),
            ("Encryption version does not match.", .protocolChanged),
        ]
    )
    func names(text: String, name: SyncError.Name) {
        #expect(ServiceText.error(text).name == name)
        #expect(ServiceText.error(text.uppercased()).name == name)
        #expect(ServiceText.error("x \(text.lowercased()) y").name == name)
    }

    @Test("a wrong code and a missing one are told apart")
    func codes() {
        #expect(ServiceText.error("2FA code is incorrect").message.contains("refused"))
        #expect(ServiceText.error("2FA code").message.contains("asks for"))
    }

    @Test("an overloaded service is left alone for minutes")
    func overload() {
        #expect(ServiceText.error("Server overloaded").retryAfter == .seconds(300))
        #expect(ServiceText.error("Server overloaded").isRetryable)
        #expect(ServiceText.error("Not logged in").retryAfter == nil)
    }

    @Test("what the service says is never repeated")
    func silence() {
        let text = "user secret@example.com with token 0123456789 has a problem"
        #expect(!ServiceText.error(text).description.contains("secret@example.com"))
        #expect(!ServiceText.error(text).description.contains("0123456789"))
    }
}
