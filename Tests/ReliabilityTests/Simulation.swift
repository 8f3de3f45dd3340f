import Clocks
import Pipeline
import StateMachine
import SyncCore
import Synchronization
import TestSupport

@testable import obsync

/// Some weeks of a deployment with which much goes wrong, as a seed has it.
///
/// The library and the mirror are edited while executions run, several at once and old ones again, on machines whose clocks are
/// wrong, over a network that loses, delays and doubles. Then everything is well again, and after two runs the mirror has to be
/// what the library is.
struct Simulation: Sendable {
    /// What it came to.
    struct Outcome: Sendable {
        /// All that happened, in one number.
        var digest: UInt64 = 0
        /// Calls that something happened to.
        var faults = 0
        /// All calls.
        var calls = 0
        /// What went wrong, in order: the last of it.
        var trace: [String] = []
        /// What does not hold.
        var violations: [String] = []
    }

    let seed: UInt64

    /// Runs it on a thread of its own.
    func outcome() async throws -> Outcome {
        do {
            return try await VirtualTime.run { try await Simulated(time: $0, seed: seed).outcome() }
        } catch is VirtualTime.Stuck {
            var outcome = Outcome()
            outcome.violations = ["everybody waits for ever"]
            return outcome
        }
    }
}

/// Chance, and a trace of what came of it. Unchecked, because it is touched on the simulation's thread only.
final class Fortune: @unchecked Sendable {
    private static let longestTrace = 60

    private let time: VirtualTime
    private var generator: SeededGenerator
    private(set) var outcome = Simulation.Outcome()
    /// One call in so many meets something; nil where nothing goes wrong.
    var rarity: Int?

    init(time: VirtualTime, seed: UInt64) {
        self.time = time
        generator = SeededGenerator(seed: seed)
        outcome.digest = 0xCBF2_9CE4_8422_2325
    }

    func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// Whether something comes about that does one time in so many.
    func strikes(oneIn rarity: Int) -> Bool { number(0..<rarity) == 0 }

    func part() -> Double { Double(number(0..<1_000_000)) / 1_000_000 }

    /// Notes what happened; what went wrong is kept for people.
    func note(_ what: String, isNotable: Bool = true) {
        let line = "\(time.now.milliseconds - InstantClock.start.milliseconds) \(what)"
        for byte in line.utf8 { outcome.digest = (outcome.digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
        guard isNotable else { return }
        outcome.trace.append(line)
        if outcome.trace.count > Self.longestTrace { outcome.trace.removeFirst() }
    }

    func violated(_ sentence: String) { outcome.violations.append(sentence) }

    /// By how much the clock of a machine is wrong.
    func skew() -> Duration {
        guard rarity != nil, strikes(oneIn: 3) else { return .zero }
        return .seconds(number(-3600..<3601))
    }

    /// What becomes of a call, after the time that it takes.
    func fate(of call: Call, in execution: String) async throws -> Fate {
        outcome.calls += 1
        var delay = Duration.milliseconds(number(0..<40))
        var fate = Fate.answered
        if let rarity, strikes(oneIn: rarity) {
            fate = trouble(at: call)
            switch number(0..<12) {
            case 0: delay = .seconds(number(60..<1500))
            case 1..<4: delay = .seconds(number(1..<60))
            default: break
            }
            outcome.faults += 1
        }
        try await time.sleep(for: delay)
        note("\(execution) \(call) \(fate)", isNotable: fate != .answered || delay > .seconds(60))
        return fate
    }

    private func trouble(at call: Call) -> Fate {
        if call.port == .executions {
            return number(0..<8) == 0 ? (number(0..<2) == 0 ? .deathBefore : .deathAfter) : .answered
        }
        let passing: SyncError.Name = call.port == .provider ? .sourceUnavailable : .storeUnavailable
        switch number(0..<20) {
        case 0..<5: return .refused(passing)
        case 5..<10: return .lost(passing)
        case 10..<13: return .refused(.throttled)
        case 13..<16: return .doubled
        case 16: return .exitBefore
        case 17: return .exitAfter
        case 18: return number(0..<3) == 0 ? .deathBefore : .answered
        default: return number(0..<3) == 0 ? .deathAfter : .answered
        }
    }
}

/// One simulation under way.
private struct Simulated: Sendable {
    private static let names = ["a.md", "b.md", "sub/a.md", "sub/deep/c.md", "e\u{301}.md", "large.bin", "z.png"]

    let time: VirtualTime
    let fortune: Fortune
    let deployment: Deployment
    private var vaults: [VaultID] { deployment.isMedia ? [.notes] : [.notes, .work] }

    init(time: VirtualTime, seed: UInt64) {
        self.time = time
        fortune = Fortune(time: time, seed: seed)
        deployment = Deployment(time: time, isMedia: seed.isMultiple(of: 4))
    }

    func outcome() async throws -> Simulation.Outcome {
        try await deployment.putStrangers()
        for _ in 0..<6 { editLibrary() }
        for phase in 1...3 {
            fortune.rarity = [8, 25, 60, 200][fortune.number(0..<4)]
            await live(through: phase)
            try await time.sleep(for: .seconds(fortune.number(60..<100_000)))
        }
        fortune.rarity = nil
        try await mend()
        try await look()
        return fortune.outcome
    }

    /// One or two executions, an old one again, and edits meanwhile.
    private func live(through phase: Int) async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<fortune.number(1..<3) {
                group.addTask { await execute("run-\(phase)-\(number)") }
            }
            group.addTask { await redriveSomething() }
            group.addTask {
                for _ in 0..<fortune.number(0..<8) {
                    try? await time.sleep(for: .milliseconds(fortune.number(0..<8000)))
                    editLibrary()
                    if fortune.strikes(oneIn: 4) { await editMirror() }
                }
            }
        }
    }

    private func execution(_ name: String) -> LiveExecution {
        LiveExecution(
            deployment,
            random: { fortune.part() },
            skew: { fortune.skew() },
            fate: { try await fortune.fate(of: $0, in: name) }
        )
    }

    private func execute(_ name: String) async {
        try? await time.sleep(for: .milliseconds(fortune.number(0..<3000)))
        let isComplete = fortune.strikes(oneIn: 3)
        let concurrency = fortune.number(1..<4)
        let input: JSONValue = [
            "sync_type": isComplete ? "complete" : "incremental",
            "options": ["max_concurrent": .integer(Int64(concurrency))],
        ]
        await ended(name) { try await execution(name).end { try await $0.run(input: input, name: name) } }
    }

    private func redriveSomething() async {
        try? await time.sleep(for: .milliseconds(fortune.number(0..<20_000)))
        let known = deployment.executions.executions(status: nil, limit: 100)
        let candidates = known.filter { $0.status == .failed || $0.status == .aborted || $0.status == .timedOut }
        guard !candidates.isEmpty else { return }
        let name = candidates[fortune.number(0..<candidates.count)].name
        await ended("redrive of \(name)") { try await execution(name).end { try await $0.redrive(name) } }
    }

    private func ended(_ name: String, _ body: () async throws -> Summary) async {
        do {
            fortune.note("\(name) ends: \(try await body().message)")
        } catch {
            fortune.note("\(name) ends: \((error as? SyncError)?.name.rawValue ?? "\(type(of: error))")")
        }
    }
}

// MARK: - Edits

extension Simulated {
    private func editLibrary() {
        let library = deployment.library
        let vault = vaults[fortune.number(0..<vaults.count)]
        let name = Self.names[fortune.number(0..<Self.names.count)]
        let salt = fortune.number(0..<200)
        fortune.note("edit of \(name) in \(vault)", isNotable: false)
        if deployment.isMedia {
            let folder = VaultPath("2024/05/medium-\(salt % 5)")
            if fortune.strikes(oneIn: 5) { return library.delete(folder, in: vault) }
            return library.addGroup(folder, of: [("GX.MP4", Self.body(salt)), ("GX.THM", Self.text(salt))], in: vault)
        }
        switch fortune.number(0..<10) {
        case 0, 1: library.delete(VaultPath(name), in: vault)
        case 2: library.rename(VaultPath(name), to: VaultPath("moved-\(salt % 3).md"), in: vault)
        case 3: library.makeFolder(VaultPath("folder-\(salt % 3)"), in: vault)
        default:
            let bytes = name == "large.bin" ? Self.body(salt) : Self.text(salt)
            library.write(bytes, to: VaultPath(name), in: vault, statesHash: true)
        }
    }

    /// Somebody overwrites or deletes what Obsync has stored.
    private func editMirror() async {
        let own = deployment.mirror.objects.keys.filter { deployment.strangers[$0.rawValue] == nil }.sorted()
        guard !own.isEmpty else { return }
        let key = own[fortune.number(0..<own.count)]
        fortune.note("local edit of \(key.rawValue)")
        if fortune.strikes(oneIn: 2) {
            _ = try? await deployment.mirror.delete([key])
        } else {
            let attributes = ObjectAttributes(contentType: "text/plain")
            _ = try? await deployment.mirror.put(key, Array("local".utf8), attributes)
        }
    }

    private static func text(_ salt: Int) -> [UInt8] { Array("text number \(salt)".utf8) }

    private static func body(_ salt: Int) -> [UInt8] {
        (0..<3100).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8 &+ salt) }
    }
}

// MARK: - The end

extension Simulated {
    /// Everything is well again: what is left is redriven, and two whole runs follow.
    private func mend() async throws {
        for name in try await deployment.executionsToRedrive() {
            await ended("last redrive of \(name)") { try await deployment.cleanEngine().redrive(name) }
        }
        try await time.sleep(for: .seconds(26 * 3600))
        for number in 1...2 {
            do {
                let summary = try await deployment.cleanEngine().run(
                    input: ["sync_type": "complete"],
                    name: "good-\(number)"
                )
                fortune.note("good-\(number) ends: \(summary.message)")
            } catch {
                fortune.violated("a run that nothing goes wrong with fails: \(error)")
            }
        }
    }

    private func look() async throws {
        for violation in try await deployment.violations() { fortune.violated(violation) }
        let (found, expected) = (deployment.objects, try deployment.expectedObjects())
        // What is gone at the source was perhaps never mirrored, or edited here since.
        let kept = try deployment.keptObjects()
        for key in Set(found.keys).union(expected.keys).sorted()
        where found[key] != expected[key] && kept[key] == nil {
            let what = found[key] == nil ? "missing" : expected[key] == nil ? "too much" : "another"
            fortune.violated("\(key) is \(what)")
        }
        if deployment.mirror.openUploads > 0 { fortune.violated("an upload is open") }
        let writes = deployment.mirror.writes
        do {
            let summary = try await deployment.cleanEngine().run(input: [:], name: "idle")
            if summary.filesCount > 0 || deployment.mirror.writes != writes {
                fortune.violated("a run with nothing to do writes")
            }
        } catch {
            fortune.violated("a run with nothing to do fails: \(error)")
        }
        for (key, object) in deployment.mirror.objects.sorted(by: { $0.key < $1.key }) {
            fortune.note("\(key.rawValue) \(FingerprintHasher.digest(object.bytes))", isNotable: false)
        }
    }
}
