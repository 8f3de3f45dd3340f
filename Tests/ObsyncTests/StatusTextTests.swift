import Clocks
import SyncCore
import Testing

@testable import obsync

@Suite("the status of a folder as text")
struct StatusTextTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func vault(_ name: String, mirrored: Int = 3, known: Int = 3, age: Int64? = 7200) -> FolderStatus.Vault {
        FolderStatus.Vault(
            vaultID: "id-of-\(name)",
            name: name,
            filesMirrored: mirrored,
            filesKnown: known,
            bytesMirrored: 1500,
            bytesKnown: 1500,
            lastComplete: age.map { now.advanced(by: .seconds(-$0)).iso8601 },
            ageSeconds: age,
            attentionCount: 0,
            attention: []
        )
    }

    @Test("a mirror in good order asks nothing of anybody")
    func good() {
        var status = FolderStatus(destination: "/m", vaults: [vault("Notes")])
        status.lastRun = .init(execution: "e", status: "SUCCEEDED", started: now.iso8601, stopped: now.iso8601)
        status.judge(now: now, maxAge: .seconds(36 * 3600))
        #expect(!status.needsPerson)
        #expect(
            StatusText(status: status, now: now, width: 80).lines == [
                "/m", "", "VAULT  FILES   SIZE    LAST COMPLETE RUN", "Notes  3 of 3  1.5 kB  2 hours ago", "",
                "The last run succeeded 0 seconds ago (\(now.iso8601)).",
            ]
        )
    }

    @Test("what fails for a reason that passes by itself asks nobody; what does not, does")
    func errors() {
        var status = FolderStatus(destination: "/m", vaults: [vault("Notes")])
        status.lastRun = .init(execution: "e", status: "FAILED", started: now.iso8601, error: "SourceUnavailable")
        status.judge(now: now, maxAge: nil)
        #expect(!status.needsPerson)
        status.lastRun?.error = "AuthenticationFailed"
        status.judge(now: now, maxAge: nil)
        #expect(status.needsPerson)
    }

    @Test("a vault that was never mirrored as a whole is too old for every limit")
    func never() {
        var status = FolderStatus(destination: "/m", vaults: [vault("Notes", age: nil)])
        status.judge(now: now, maxAge: nil)
        #expect(!status.needsPerson)
        status.judge(now: now, maxAge: .seconds(3600))
        #expect(status.reasons == ["the last complete run of Notes is still to come"])
    }

    @Test("files are named with reason and attempts; held back deletions with the command that lets them pass")
    func attention() {
        var notes = vault("Notes", mirrored: 2)
        notes.attentionCount = 1
        notes.attention = [.init(path: "a.md", version: 7, reason: "CorruptContent", attempts: 4)]
        var status = FolderStatus(destination: "/my mirror", vaults: [notes])
        status.lastRun = .init(execution: "e", status: "SUCCEEDED", started: now.iso8601, withheld: 30)
        status.judge(now: now, maxAge: nil)
        #expect(status.reasons.count == 2)
        let lines = StatusText(status: status, now: now, width: 80).lines
        #expect(lines.contains("  Notes/a.md: CorruptContent, 4 attempts, the next run tries it again"))
        #expect(lines.contains { $0.hasSuffix("obsync sync --allow-deletions --dest '/my mirror'") })
        status.vaults[0].withheld = 31
        status.vaults[0].withheldSet = "3f9c01a2b7de"
        let named = StatusText(status: status, now: now, width: 80).lines
        #expect(
            named.contains {
                $0.hasSuffix(
                    "31 deletions in Notes are held back; if they are meant: obsync sync --allow-deletions 3f9c01a2b7de --dest '/my mirror'"
                )
            }
        )
    }

    @Test("a token that nobody renews is warned of before it ends", arguments: [(1, true), (10, false)])
    func token(_ days: Int, _ warns: Bool) {
        var status = FolderStatus(destination: "/m")
        let end = now.advanced(by: .seconds(days * 86_400)).iso8601
        status.token = .init(credentials: "/c", provider: "gopro", expires: end, isRenewable: false)
        status.judge(now: now, maxAge: nil)
        #expect(status.needsPerson == warns)
        status.token?.isRenewable = true
        status.judge(now: now, maxAge: nil)
        #expect(!status.needsPerson)
    }
}
