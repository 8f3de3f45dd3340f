import Testing

@testable import SyncCore

@Suite("Errors")
struct SyncErrorTests {
    @Test(
        "a reason is a code, whatever the other side sends",
        arguments: [
            ("KMS.DisabledException", true), ("ENOSPC", true), ("errno:71", true), ("", false),
            ("/home/someone/notes.md", false), ("two words", false), ("someone@example.com", false), ("a\nb", false),
            (String(repeating: "x", count: 65), false), ("caf\u{E9}", false),
        ]
    )
    func reason(text: String, isKept: Bool) {
        #expect(SyncError(.storeUnavailable, "no", reason: text).reason == (isKept ? text : nil))
        #expect(SyncError(.storeUnavailable, "no").reason == nil)
    }
}
