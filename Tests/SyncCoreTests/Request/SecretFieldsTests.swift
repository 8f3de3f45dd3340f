import SyncCore
import Testing

@Suite("Fields that no input may hold")
struct SecretFieldsTests {
    private func refusal(_ event: JSON) -> String? {
        do throws(SyncError) {
            try SecretFields.refuse(in: event)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "a secret is refused by its name however it is spelt, and wherever it stands",
        arguments: [
            "password", "PassWord", "vault_password", "api-key", "API Key", "client.secret", "privateKey", "Cookie",
            "authorization", "totp_secret", "access_token",
        ]
    )
    func refused(name: String) {
        #expect(refusal(.object([name: .string("hunter2")])) != nil)
        #expect(refusal(.object(["a": .array([.object([name: .null])])])) != nil)
    }

    @Test("the message names the place, and never the value")
    func message() throws {
        let event = JSON.object(["options": .object(["password": .string("hunter2")])])
        let text = try #require(refusal(event))
        #expect(text.contains("options.password"))
        #expect(!text.contains("hunter2"))
    }

    @Test("a name from outside cannot make the message long, or write to a terminal")
    func hostile() throws {
        let name = "\u{1B}[2Jsecret" + String(repeating: "x", count: 5000)
        let text = try #require(refusal(.object([name: .null])))
        #expect(text.utf8.count < 400)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test(
        "the version of a secret is none, nor is what holds none",
        arguments: ["secret_version", "vaults", "sync_type"]
    )
    func harmless(name: String) {
        #expect(refusal(.object([name: .string("x")])) == nil)
    }
}
