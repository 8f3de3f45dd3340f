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

    @Test(
        "a refusal for want of room is transient, and a socket more is tried a little later",
        arguments: [
            "Too many connections", "too many devices are connected", "Rate limit reached", "Connection limit exceeded",
        ]
    )
    func tooMany(text: String) {
        let error = ServiceText.error(text)
        #expect(error.name == .throttled)
        #expect(error.retryAfter == .seconds(5))
        #expect(error.message.contains(text))
    }

    @Test("what the service says in words that are not known reaches people, short and harmless")
    func words() {
        #expect(
            ServiceText.error("Vault is being\nmoved\u{1B}[31m").message.hasSuffix("it says: Vault is being moved [31m")
        )
        #expect(ServiceWords(String(repeating: "word ", count: 100)).description.count <= 200)
        #expect(ServiceWords(String(repeating: "x", count: 100)).description == "…")
        #expect(ServiceWords("Version 12545 not found").description == "Version 12545 not found")
        #expect(ServiceText.quoted("  ").isEmpty)
    }

    @Test("what may be a secret or an address is never repeated")
    func silence() {
        let text = "user secret@example.com with token 0123456789 has a problem"
        #expect(!ServiceText.error(text).description.contains("secret@example.com"))
        #expect(!ServiceText.error(text).description.contains("0123456789"))
    }
}
