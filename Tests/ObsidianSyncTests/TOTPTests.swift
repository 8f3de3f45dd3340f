import Clocks
import SyncCore
import Testing

@testable import ObsidianSync

@Suite("One-time codes")
struct TOTPTests {
    @Test("no known answer is lost")
    func counts() throws {
        #expect(try Vectors.oneTimeCodes().count == 24)
    }

    @Test("codes come out, from tidy and untidy secrets", arguments: try Vectors.oneTimeCodes())
    func codes(vector: Vectors.OneTimeCode) throws {
        let totp = try TOTP(secret: vector.secret)
        #expect(totp.code(at: Timestamp(milliseconds: vector.seconds * 1000)) == vector.code)
    }

    @Test("a code holds for its step of thirty seconds and no longer")
    func step() throws {
        let totp = try TOTP(secret: "JBSWY3DPEHPK3PXP")
        let code = totp.code(at: Timestamp(milliseconds: 1_234_567_890_000))
        #expect(totp.code(at: Timestamp(milliseconds: 1_234_567_919_999)) == code)
        #expect(totp.code(at: Timestamp(milliseconds: 1_234_567_920_000)) != code)
        #expect(totp.code(at: Timestamp(milliseconds: 1_234_567_889_999)) != code)
    }

    @Test("padding is taken and not asked for")
    func padding() throws {
        let time = Timestamp(milliseconds: 59_000)
        #expect(try TOTP(secret: "MFRGG===").code(at: time) == TOTP(secret: "MFRGG").code(at: time))
    }

    @Test(
        "what is not base32 names the field and not the text",
        arguments: ["", "  - ", "====", "MFRG1", "MFRG8", "MFRGÉ"]
    )
    func invalid(secret: String) {
        let error = #expect(throws: SyncError.self) { try TOTP(secret: secret) }
        #expect(error?.name == .invalidConfiguration)
        #expect(error?.message.contains("auth.totp_secret") == true)
        #expect(error?.description.contains("MFRG") == false)
    }
}
