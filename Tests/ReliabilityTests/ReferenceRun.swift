import Clocks
import Pipeline
import StateMachine
import SyncCore
import Synchronization
import TestSupport

@testable import obsync

/// A run that meets everything that happens to libraries, and one call of which may go wrong.
struct ReferenceRun: Sendable {
    /// Whether the library is one of media.
    var isMedia: Bool
    /// The call that goes wrong, from 1, and how; nil where none does.
    var fault: (number: Int, fate: Fate)?

    /// What it came to.
    struct Outcome: Sendable {
        /// The calls of the run, in order.
        var calls: [Call] = []
        /// What the mirror and the records are in the end.
        var end: [String] = []
        /// What does not hold.
        var violations: [String] = []
    }

    /// Runs it on a thread of its own, mends what went wrong, and looks at what there is then.
    func outcome() async throws -> Outcome {
        try await VirtualTime.run { try await simulated($0) }
    }

    private func simulated(_ time: VirtualTime) async throws -> Outcome {
        let deployment = Deployment(time: time, isMedia: isMedia)
        var outcome = Outcome()
        try await deployment.prepare()
        let calls = Mutex<[Call]>([])
        let execution = LiveExecution(deployment) { [fault] call in
            let number = calls.withLock { calls in
                calls.append(call)
                return calls.count
            }
            guard let fault, fault.number == number else { return .answered }
            return fault.fate
        }
        let input: JSONValue = ["options": ["max_concurrent": 1]]
        let isAlone = fault == nil
        do {
            try await execution.end { try await $0.run(input: input, name: "run-1") }
        } catch {
            if isAlone { outcome.violations.append("the run without a fault fails: \(error)") }
        }
        outcome.calls = calls.withLock { $0 }
        try await recover(deployment, &outcome)
        try await look(at: deployment, &outcome)
        return outcome
    }

    /// A redrive, then another run; or the other run first, so that the redrive is one of a run that is superseded.
    private func recover(_ deployment: Deployment, _ outcome: inout Outcome) async throws {
        let redriveComesFirst = (fault?.number ?? 0).isMultiple(of: 2)
        if redriveComesFirst { await redrive(deployment, &outcome) }
        try await deployment.time.sleep(for: .seconds(26 * 3600))
        do {
            _ = try await deployment.cleanEngine().run(input: [:], name: "run-2")
        } catch {
            outcome.violations.append("the next run fails: \(error)")
        }
        await redrive(deployment, &outcome)
    }

    private func redrive(_ deployment: Deployment, _ outcome: inout Outcome) async {
        do {
            for name in try await deployment.executionsToRedrive() {
                _ = try await deployment.cleanEngine().redrive(name)
            }
        } catch {
            outcome.violations.append("the redrive fails: \(error)")
        }
    }

    private func look(at deployment: Deployment, _ outcome: inout Outcome) async throws {
        outcome.violations += try await deployment.violations()
        let found = deployment.objects
        let expected = try deployment.expectedObjects().merging(deployment.keptObjects()) { $1 }
        for key in Set(found.keys).union(expected.keys).sorted() where found[key] != expected[key] {
            outcome.violations.append("\(key) is not what the library has")
        }
        if deployment.mirror.openUploads > 0 { outcome.violations.append("an upload is open") }
        outcome.end = deployment.mirror.objects.map { "\($0.key.rawValue) \($0.value.bytes.hashValue)" }.sorted()
        for vault in deployment.library.vaults.map(\.vault.id) {
            outcome.end += deployment.records.files(of: vault).values.map(Self.essence).sorted()
            outcome.end.append("cursor \(try await deployment.records.state(of: vault)?.cursor?.rawValue ?? "none")")
        }
    }

    private static func essence(_ record: FileRecord) -> String {
        "\(record.path.rawValue) \(record.status) \(record.version) \(record.handle) \(record.size ?? -1) \(record.sha256 ?? "")"
    }
}

extension Deployment {
    /// Mirrors a library for the first time, and changes it then in every way.
    fileprivate func prepare() async throws {
        try await putStrangers()
        isMedia ? fillMedia() : fillNotes()
        _ = try await cleanEngine().run(input: [:], name: "run-0")
        // What comes back later is gone for a while first.
        library.delete(VaultPath(isMedia ? "2024/05/back" : "back.md"), in: .notes)
        _ = try await cleanEngine().run(input: [:], name: "run-0b")
        isMedia ? changeMedia() : changeNotes()
        _ = tellings.take()
    }

    private func fillNotes() {
        for name in ["a.md", "b.md", "gone.md", "back.md", "sub/e\u{301}.md"] { write("text of \(name)", to: name) }
        library.write(Self.body(1), to: VaultPath("large.bin"), in: .notes, statesHash: true)
        for name in ["w.md", "deep/w.md"] { write("text of \(name)", to: name, in: .work) }
    }

    private func changeNotes() {
        write("text of new.md", to: "new.md")
        write("another text", to: "a.md")
        library.rename(VaultPath("b.md"), to: VaultPath("moved/b.md"), in: .notes)
        library.delete(VaultPath("gone.md"), in: .notes)
        write("text of back.md", to: "back.md")
        library.write(Self.body(2), to: VaultPath("large.bin"), in: .notes, statesHash: true)
        library.makeFolder(VaultPath("empty"), in: .notes)
        write("new work", to: "new.md", in: .work)
        library.delete(VaultPath("w.md"), in: .work)
    }

    private func fillMedia() {
        for name in ["one", "two", "back"] { addMedium(name, Self.body(UInt8(name.utf8.count))) }
    }

    private func changeMedia() {
        addMedium("three", Self.body(9))
        addMedium("two", Self.body(7))
        library.delete(VaultPath("2024/05/one"), in: .notes)
        addMedium("back", Self.body(4))
    }

    private func addMedium(_ name: String, _ bytes: [UInt8]) {
        library.addGroup(
            VaultPath("2024/05/\(name)"),
            of: [("GX\(name).MP4", bytes), ("GX\(name).THM", Array("small \(name)".utf8))],
            in: .notes
        )
    }

    private func write(_ text: String, to path: String, in vault: VaultID = .notes) {
        library.write(Array(text.utf8), to: VaultPath(path), in: vault)
    }

    /// A body of three parts, the last of which is short.
    private static func body(_ salt: UInt8) -> [UInt8] {
        (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) &+ salt }
    }
}
