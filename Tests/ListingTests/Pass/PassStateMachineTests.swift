import TestSupport
import Testing

@testable import Listing
@testable import SyncCore

@Suite("The steps of a pass")
struct PassStateMachineTests {
    private static let budget = PassStateMachine.Budget(
        batchSize: 2,
        batchesPerPage: 3,
        bytesPerPage: 1000,
        linesAtOnce: 24,
        eventLimit: 100
    )

    private func machine(_ edit: (inout PassCursor) -> Void = { _ in }) -> PassStateMachine {
        var cursor = PassCursor()
        edit(&cursor)
        return PassStateMachine(cursor, Self.budget)
    }

    private func plan(batches: Int = 0) -> RunState.VaultPlan {
        var plan = RunState.VaultPlan(vault: .notes, folder: "Notes")
        plan.batches = batches
        return plan
    }

    // swift-format-ignore: NeverUseForceTry
    private func batch(_ number: Int, files: Int = 2) -> BatchReference {
        .init(vaultID: .notes, number: number, key: try! ObjectKey("batch-\(number)"), files: files)
    }

    private func receipt(_ number: Int, failures: Int = 0, error: SyncError.Name? = nil, files: Int = 0) -> Receipt {
        var receipt = Receipt(batch: number)
        receipt.files = files
        receipt.failures = (0..<failures).map { .init(path: VaultPath("\($0)"), error: "CorruptContent") }
        receipt.error = error
        return receipt
    }

    /// The same run in its next call.
    private func nextCall(_ machine: PassStateMachine, _ receipts: [Receipt]) -> PassStateMachine {
        var next = PassStateMachine(machine.cursor, Self.budget)
        for receipt in receipts { next.counted(receipt) }
        next.countedAll(receipts.count)
        return next
    }

    @Test("a vault in which nothing is to be done is committed in one call")
    func nothing() {
        var machine = machine()
        #expect(machine.next() == .spool)
        machine.spooled(plan())
        #expect(machine.next() == .handOut(lines: 6))
        machine.handedOut(upTo: 100)
        #expect(machine.next() == .handOut(lines: 6))
        machine.manifestEnded()
        #expect(machine.next() == .drain)
        machine.compared(.init(), pieces: 0)
        machine.drained()
        #expect(machine.next() == .commit)
        machine.leaveVault()
        #expect(machine.next() == .spool)
        #expect(machine.cursor.vault == 1)
        #expect(!machine.isAnswerDue)
    }

    @Test("a stretch of the listing ends the call, and the next one goes on with it")
    func stretch() {
        var machine = machine()
        #expect(machine.next() == .spool)
        machine.spooledStretch()
        #expect(machine.next() == .answer)
        #expect(machine.isAnswerDue)
        #expect(machine.hasAdvanced, "signing in again is worth it")
        var next = nextCall(machine, [])
        #expect(!next.hasAdvanced)
        #expect(next.next() == .spool)
        next.spooled(plan())
        #expect(next.next() == .handOut(lines: 6))
    }

    @Test("a full page is handed out; deletions and receipts come after its batches")
    func page() {
        var machine = machine()
        machine.spooled(plan())
        machine.handedOut(upTo: 50)
        machine.collected(.init(files: 1, bytes: 5))
        #expect(machine.room == nil, "every line may be a file, and every file a batch")
        machine.wrote(batch(1), bytes: 10)
        #expect(machine.next() == .answer)
        #expect(machine.page.batches.map(\.number) == [1])
        machine.answered()
        #expect(machine.cursor.events == 25)
        #expect(machine.cursor.planned == .init(files: 2, bytes: 10))

        var next = nextCall(machine, [receipt(1, files: 2)])
        #expect(next.cursor.done.files == 2)
        #expect(next.next() == .handOut(lines: 6))
        next.manifestEnded()
        next.compared(.init(records: 3, files: 3, gone: 1), pieces: 2)
        next.drained()
        #expect(next.next() == .delete(piece: 1, from: 0))
        next.deleted(files: 1, refused: 1, upTo: 70)
        #expect(next.next() == .delete(piece: 1, from: 70))
        next.pieceEnded()
        #expect(next.next() == .delete(piece: 2, from: 0))
        next.cut()
        #expect(next.next() == .answer)
        #expect(next.isAnswerDue)

        var last = nextCall(next, [])
        #expect(last.next() == .delete(piece: 2, from: 0))
        last.pieceEnded()
        #expect(last.next() == .commit)
        #expect((last.cursor.deleted, last.cursor.failed, last.cursor.kept) == (1, 1, 1))
    }

    @Test("a group in the middle of which a page ends keeps its place")
    func group() {
        var machine = machine()
        machine.spooled(plan())
        machine.handedOut(upTo: 30)
        machine.handedOut(upTo: 60)
        machine.handedOut(ofGroup: 7, at: 30)
        #expect(machine.position == .init(offset: 30, member: 7))
        #expect(machine.hasAdvanced)
        machine.handedOut(upTo: 60)
        #expect(machine.position == .init(offset: 60))
    }

    @Test("what failed has one more round, and is accounted for after that")
    func rounds() {
        var machine = machine { $0.phase = .settle(.init()) }
        machine.wrote(batch(1), bytes: 0)
        machine.wrote(batch(2), bytes: 0)
        machine = nextCall(machine, [receipt(1), receipt(2, failures: 1)])
        #expect(machine.next() == .retry(batch: 1))
        machine.retried()
        #expect(machine.next() == .retry(batch: 2))
        machine.collected(.init(files: 1))
        machine.retried()
        #expect(machine.next() == .answer)
        machine.wrote(batch(3, files: 1), bytes: 0)
        #expect(machine.cursor.planned == .init(), "it was planned already")

        machine = nextCall(machine, [receipt(3, failures: 1)])
        #expect(machine.next() == .account(batch: 3))
        machine.accounted(failed: 1)
        #expect(machine.next() == .commit)
        #expect(machine.cursor.failed == 1)
    }

    @Test("a batch without a receipt is a problem")
    func silence() {
        var machine = machine { $0.phase = .settle(.init()) }
        machine.wrote(batch(1), bytes: 0)
        machine = nextCall(machine, [])
        #expect(machine.cursor.problems == 1)
        #expect(machine.next() == .retry(batch: 1))
    }

    @Test("a round in which a token ran out while files were stored does not count")
    func expired() {
        var machine = machine { $0.phase = .settle(.init(number: 2, next: 1, end: 0)) }
        machine.wrote(batch(1), bytes: 0)
        machine = nextCall(machine, [receipt(1, error: .tokenExpired, files: 1)])
        #expect(machine.next() == .retry(batch: 1))
        machine.tokenWasRenewed()
        machine.collected(.init(files: 1))
        machine.retried()
        machine.wrote(batch(2), bytes: 0)
        machine = nextCall(machine, [receipt(2, failures: 1)])
        #expect(machine.next() == .retry(batch: 2), "one more round of its own")
        // Where nothing was stored, the token is no excuse.
        machine.collected(.init(files: 1))
        machine.retried()
        machine.wrote(batch(3), bytes: 0)
        machine = nextCall(machine, [receipt(3, error: .tokenExpired)])
        #expect(machine.next() == .account(batch: 3))
    }

    @Test("a redrive goes on numbering, and looks at its own batches only")
    func redrive() {
        var machine = machine()
        machine.spooled(plan(batches: 7))
        machine.wrote(batch(8), bytes: 0)
        machine.manifestEnded()
        machine.drained()
        machine = nextCall(machine, [receipt(8, failures: 1)])
        #expect(machine.next() == .retry(batch: 8))
    }

    @Test("a long history is handed over")
    func successor() {
        var machine = machine { $0.events = 100 }
        #expect(machine.needsSuccessor)
        machine.handOver()
        #expect((machine.cursor.events, machine.cursor.generation) == (0, 1))
    }

    @Test("whatever happens, nothing is committed that is not accounted for", arguments: 0..<50)
    func anything(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var entries = RandomPass(lines: Int.random(in: 0...60, using: &random), random: random)
        entries.run(Self.budget)
        #expect(entries.violations == [])
    }
}

/// A pass over a made-up manifest, in which calls end anywhere and are repeated, batches fail and tokens die.
private struct RandomPass {
    private(set) var violations: [String] = []
    private let lines: Int
    private var random: SeededGenerator
    /// Which files each batch has, by the batch's number.
    private var batches: [Int: [Int]] = [:]
    private var stored: Set<Int> = []
    private var recorded: Set<Int> = []
    private var attempts: [Int: Int] = [:]

    init(lines: Int, random: SeededGenerator) {
        self.lines = lines
        self.random = random
    }

    private struct Outcome: Equatable {
        var machine: PassStateMachine
        var isCommitted: Bool
        var batches: [Int: [Int]]

        static func == (lhs: Self, rhs: Self) -> Bool {
            lhs.machine.cursor == rhs.machine.cursor && lhs.machine.page == rhs.machine.page
                && lhs.isCommitted == rhs.isCommitted && lhs.batches == rhs.batches
        }
    }

    mutating func run(_ budget: PassStateMachine.Budget) {
        var cursor = PassCursor()
        for _ in 0..<500 {
            let before = self
            let outcome = call(cursor, budget)
            // A call whose answer was lost comes again: the same cursor gives the same page.
            var again = before
            if again.call(cursor, budget) != outcome { violations.append("a repeated call gives another page") }
            guard !outcome.isCommitted else {
                if stored.union(recorded) != Set(0..<lines) {
                    violations.append("committed before all are accounted for")
                }
                return
            }
            for number in outcome.machine.page.batches.map(\.number) { workOff(number) }
            cursor = outcome.machine.cursor
        }
        violations.append("the pass does not end")
    }

    /// The files of a batch that is worked off, some of which fail.
    private mutating func workOff(_ number: Int) {
        for file in batches[number] ?? [] {
            attempts[file, default: 0] += 1
            if attempts[file, default: 0] > 3 { violations.append("file \(file) is handed out without end") }
            if Int.random(in: 0..<4, using: &random) > 0 { stored.insert(file) }
        }
    }

    private mutating func call(_ cursor: PassCursor, _ budget: PassStateMachine.Budget) -> Outcome {
        var machine = PassStateMachine(cursor, budget)
        count(&machine)
        var waiting: [Int] = []
        func write(_ machine: inout PassStateMachine, _ batches: inout [Int: [Int]]) {
            guard !waiting.isEmpty, let key = try? ObjectKey("b") else { return }
            let number = machine.cursor.batches + 1
            batches[number] = waiting
            machine.wrote(.init(vaultID: .notes, number: number, key: key, files: waiting.count), bytes: 0)
            waiting = []
        }
        func add(_ file: Int, _ machine: inout PassStateMachine, _ batches: inout [Int: [Int]]) {
            waiting.append(file)
            if waiting.count == budget.batchSize { write(&machine, &batches) }
            machine.collected(.init(files: waiting.count))
        }
        while true {
            // Where a call ends depends on its cursor alone, as a repeated call has to find the same.
            let isCut = (machine.cursor.progress.last ?? 0) % 7 == 3
            switch machine.next() {
            case .spool:
                machine.spooled(RunState.VaultPlan(vault: .notes, folder: "Notes"))
            case .handOut(let room):
                let first = Int(machine.position.offset)
                let some = first..<min(first + room, lines)
                if some.isEmpty { machine.manifestEnded() }
                for line in some {
                    add(line, &machine, &batches)
                    machine.handedOut(upTo: Int64(line + 1))
                }
                if isCut { machine.cut() }
            case .drain:
                machine.drained()
            case .delete:
                machine.pieceEnded()
            case .retry(let batch):
                for file in batches[batch] ?? [] where !stored.contains(file) { add(file, &machine, &batches) }
                machine.retried()
                if isCut { machine.cut() }
            case .account(let batch):
                let open = (batches[batch] ?? []).filter { !stored.contains($0) }
                recorded.formUnion(open)
                machine.accounted(failed: open.count)
            case .commit:
                return Outcome(machine: machine, isCommitted: true, batches: batches)
            case .answer:
                guard waiting.isEmpty else {
                    write(&machine, &batches)
                    continue
                }
                return Outcome(machine: machine, isCommitted: false, batches: batches)
            }
            if case .handOut = machine.next() { continue }
            if case .retry = machine.next() { continue }
            write(&machine, &batches)
        }
    }

    private func count(_ machine: inout PassStateMachine) {
        let numbers = (machine.cursor.counted + 1)..<(machine.cursor.batches + 1)
        for number in numbers {
            var receipt = Receipt(batch: number)
            for file in batches[number] ?? [] {
                if stored.contains(file) {
                    receipt.files += 1
                } else {
                    receipt.failures.append(.init(path: VaultPath("\(file)"), error: "CorruptContent"))
                }
            }
            machine.counted(receipt)
        }
        machine.countedAll(numbers.count)
    }
}
