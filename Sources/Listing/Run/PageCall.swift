import Clocks
import Logging
import SyncCore

/// One call of the lister: goes through the vaults of a run until there is a page to hand out, or the run is over.
struct PageCall {
    let input: ListInput
    let ports: SyncPorts
    let settings: ListSettings
    let metrics: SyncMetrics
    let observe: SyncObserver
    let deadline: Timestamp
    let logger: Logger

    /// Works until the call can be answered.
    ///
    /// - Parameter cursor: where the run stands.
    /// - Returns: the answer.
    /// - Throws: `PartialFailure`, or the error of a vault that was passed over, at the very end of the run; `TokenExpired`;
    ///   transient errors.
    func answer(from cursor: PassCursor) async throws -> ListOutput {
        var machine = PassStateMachine(cursor, settings.budget)
        if machine.needsSuccessor {
            machine.handOver()
            return try output(machine.cursor, .continue)
        }
        var run = try await loadRun()
        if run.noteRedrive(input.redrives ?? 0, generation: cursor.generation) { try await run.save(to: ports.state) }
        // The call that reopens vaults may fail, and then comes again with the cursor of before.
        if run.reopened != cursor.reopened {
            // Where there is nothing to reopen, the last lease may still have to be given back.
            let first = run.vaults.firstIndex { $0.outcome == .open } ?? 0
            machine.reopened(run.reopened, at: first)
        }
        while run.vaults.indices.contains(machine.cursor.vault) {
            let number = machine.cursor.vault
            (run.vaults[number], machine) = try await work(on: run.vaults[number], machine, run)
            if machine.isAnswerDue {
                machine.answered()
                var answer = try output(machine.cursor, .work, batches: machine.page.batches)
                // A run that gets on may sign in as often as its tokens run out.
                if machine.hasAdvanced { answer.reauthentications = 0 }
                return answer
            }
        }
        let next = try run.end()
        return try output(machine.cursor, next, summary: await summary(of: run))
    }

    private func loadRun() async throws -> RunState {
        if let known = try await RunState.load(input.run, from: ports.state) { return known }
        let run = try await RunPlanner(ports: ports, settings: settings).plan(input, logger)
        try await run.save(to: ports.state)
        return run
    }

    /// Takes the next steps on a vault until there is work to hand out, or the vault is done.
    private func work(
        on plan: RunState.VaultPlan,
        _ machine: PassStateMachine,
        _ run: RunState
    ) async throws -> (RunState.VaultPlan, PassStateMachine) {
        var (plan, machine) = (plan, machine)
        if plan.outcome == .open {
            let context = context(of: plan, machine.cursor, started: run.started)
            (plan, machine) = try await pass(over: plan, machine, context)
            let measures = VaultMeasures(
                records: ports.records,
                clock: ports.clock,
                metrics: metrics,
                logger: context.logger
            )
            if plan.outcome == .settled {
                plan.pending = try await measures.measurePending(in: plan.vault.id, plan.filter)
            }
            var run = run
            run.vaults[machine.cursor.vault] = plan
            try await run.save(to: ports.state)
            if plan.outcome == .settled || plan.outcome == .refused { await measures.measureAge(of: plan) }
        }
        guard plan.outcome != .open else { return (plan, machine) }
        // A repeated call comes here again with the vault done already: the lease may still have to be given back.
        if plan.outcome != .busy { try await ports.records.releaseLease(of: run.run, on: plan.vault.id) }
        machine.leaveVault()
        return (plan, machine)
    }

    private func context(of plan: RunState.VaultPlan, _ cursor: PassCursor, started: Timestamp) -> PassContext {
        var logger = logger
        logger[metadataKey: LogKey.vault] = "\(plan.vault.id)"
        let lease = HeldLease(
            of: input.run,
            plan.claim(cursor),
            on: plan.vault.id,
            in: ports.records,
            clock: ports.clock
        )
        return PassContext(
            input: input,
            ports: ports,
            settings: settings,
            vault: plan.vault,
            folder: plan.folder,
            lease: lease,
            started: started,
            deadline: deadline,
            metrics: metrics,
            observe: observe,
            logger: logger
        )
    }

    /// Works on a vault. What concerns it alone ends its part of the run, and costs the others nothing.
    private func pass(
        over plan: RunState.VaultPlan,
        _ machine: PassStateMachine,
        _ context: PassContext
    ) async throws -> (RunState.VaultPlan, PassStateMachine) {
        var pass = VaultPass(context: context, plan: plan, machine: machine)
        do {
            try await pass.advance()
        } catch let error as SyncError where error.isAboutOneVault {
            context.logger.warning("vault passed over", metadata: [LogKey.errorType: "\(error.name.rawValue)"])
            metrics.failed(error.name)
            pass.plan.refuse(error)
            pass.machine.discardPage()
            if try await context.lease.take() { try await context.saveProgress(PassCursor(), .failed) }
        } catch is LeaseLost {
            context.logger.warning("lease lost to another run")
            if pass.plan.outcome == .open { pass.plan.leave(superseded: context.lease.isSuperseded) }
            pass.machine.discardPage()
        }
        return (pass.plan, pass.machine)
    }

    /// The outcome of a run that has come to its end, with what the records say is not mirrored.
    private func summary(of run: RunState) async -> Summary {
        var summary = RunReport(run, now: ports.clock.now).summary(input.request.syncType)
        defer { metrics.attention(summary.attentionCount) }
        // Nothing is read twice: where nothing waits, nothing has to be named.
        guard run.vaults.contains(where: { $0.outcome != .busy && $0.pending != 0 }) else { return summary }
        do {
            try await summary.addAttention(from: ports.records)
        } catch {
            // A run does not fail because that cannot be told.
            let type = (error as? SyncError)?.name.rawValue ?? "\(type(of: error))"
            logger.warning("files that wait not listed", metadata: [LogKey.errorType: "\(type)"])
        }
        return summary
    }

    /// An answer.
    func output(
        _ cursor: PassCursor,
        _ next: ListOutput.Next,
        batches: [BatchReference] = [],
        summary: Summary? = nil
    ) throws -> ListOutput {
        let wanted =
            input.request.options.maxConcurrent ?? settings.maxConcurrent ?? ports.provider.defaultConcurrency
        return ListOutput(
            run: input.run,
            request: input.request,
            cursor: try cursor.encoded,
            next: next,
            batches: batches,
            maxConcurrent: max(1, min(wanted, settings.concurrencyLimit)),
            successor: "\(input.run.rawValue)-c\(cursor.generation)",
            reauthentications: input.reauthentications ?? 0,
            summary: summary
        )
    }
}

extension ListSettings {
    fileprivate var budget: PassStateMachine.Budget {
        var budget = PassStateMachine.Budget(
            batchSize: batchSize,
            batchesPerPage: batchesPerPage,
            bytesPerPage: bytesPerPage,
            linesAtOnce: 0,
            eventLimit: eventLimit
        )
        budget.linesAtOnce = readsInFlight * budget.unit
        return budget
    }
}

extension SyncError {
    /// Whether the error keeps one vault from being listed, and says nothing about the others.
    fileprivate var isAboutOneVault: Bool {
        switch name {
        case .vaultPasswordWrong, .subscriptionExpired, .invalidConfiguration, .protocolChanged, .invalidInput: true
        default: false
        }
    }
}
