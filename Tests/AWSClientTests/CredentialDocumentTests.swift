import AWSSigning
import FoundationEssentials
import Testing

@testable import AWSClient

@Suite("Keys in JSON")
struct CredentialDocumentTests {
    private func credential(_ json: String) -> ExpiringCredential? {
        CredentialDocument.credential(Array(json.utf8))
    }

    @Test("as programs, endpoints and STS write them")
    func reads() throws {
        let program = try #require(
            credential(
                #"{"Version": 1, "AccessKeyId": "k", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "2026-01-02T03:04:05Z"}"#
            )
        )
        #expect(program.credential.sessionToken == "t")
        #expect(program.expiration == Date(timeIntervalSince1970: 1_767_323_045))
        let endpoint = credential(#"{"AccessKeyId": "k", "SecretAccessKey": "s", "Token": "t"}"#)
        #expect(endpoint?.credential.sessionToken == "t")
        #expect(endpoint?.expiration == nil)
        let sts = credential(#"{"Credentials": {"AccessKeyId": "k", "SecretAccessKey": "s"}}"#)
        #expect(sts?.credential.accessKeyId == "k")
    }

    @Test(
        "what lacks a key is none",
        arguments: ["", "{}", #"{"AccessKeyId": "k"}"#, #"{"AccessKeyId": "", "SecretAccessKey": "s"}"#, "[]"]
    )
    func none(json: String) {
        #expect(credential(json) == nil)
    }
}
