import StreamingCrypto
import Testing

@Suite("Cipher errors")
struct CipherErrorTests {
    @Test(
        "an error says its kind and nothing else",
        arguments: [
            (CipherError.Code.authenticationFailed, "cryptography: authenticationFailed"),
            (.malformed, "cryptography: malformed"),
            (.invalidKey, "cryptography: invalidKey"),
            (.libraryFailed, "cryptography: libraryFailed"),
        ]
    )
    func description(code: CipherError.Code, text: String) {
        #expect("\(CipherError(code))" == text)
    }
}
