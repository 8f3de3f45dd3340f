import AWSAdapters
import AWSClient
import Clocks
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import StateMachine
import SyncCore

/// Looks at a deployment on AWS with the keys of whoever asks. It reads, and changes nothing anywhere.
struct DeploymentExamination {
    let deployment: AWSDeployment
    let environment: [String: String]
    let executor: any HTTPExecutor
    let logger: Logger
    let clock: any WallClock

    /// Looks at everything.
    func findings() async throws -> [Finding] {
        var findings = [stack]
        findings.append(await files())
        findings.append(await records())
        findings.append(await lastRun())
        findings += try await credentials()
        findings.append(await alerts())
        findings.append(await schedule())
        return findings
    }

    private var stack: Finding {
        let isWhole = deployment.status.hasSuffix("_COMPLETE") && !deployment.status.contains("ROLLBACK")
        return isWhole
            ? .ok("stack", "\(deployment.stack) in \(deployment.region.rawValue) is \(deployment.status)")
            : .todo("stack", "\(deployment.stack) is \(deployment.status); bring it in order: make deploy")
    }

    private func files() async -> Finding {
        await looking(at: "bucket") {
            var pages = deployment.state.list("", after: nil).makeAsyncIterator()
            _ = try await pages.next(isolation: nil)
            return .ok("bucket", "\(deployment.bucket) is there and can be read")
        }
    }

    private func records() async -> Finding {
        await looking(at: "table") {
            let vaults = try await deployment.records.vaults().filter { $0 != .account }
            return .ok("table", "\(deployment.table) knows \(vaults.count.counted("vault"))")
        }
    }

    /// A run uses every right that the roles of functions and state machine need, so the last one is their trial.
    private func lastRun() async -> Finding {
        await looking(at: "roles") {
            let newest = try await deployment.executions.newest(20).first { $0.status != .running }
            guard let name = newest?.name else {
                return .note("roles", "no run has used their rights yet: obsync start --follow")
            }
            let run = try await deployment.executions.named(name)
            guard let error = run.error, run.status != .succeeded else {
                return run.status == .succeeded
                    ? .ok("roles", "the last run, \(name), had every right that it needed")
                    : .note("roles", "the last run, \(name), was stopped: obsync redrive --aws \(name)")
            }
            let cause = run.cause.flatMap { try? FunctionJSON.decode(FailureCause.self, from: $0.utf8) }
            let sentence = "the last run, \(name), failed: \(error)" + (cause.map { ": \($0.errorMessage)" } ?? "")
            return Advice.mayPass(.init(rawValue: error)) ? .note("roles", sentence) : .todo("roles", sentence)
        }
    }

    private func credentials() async throws -> [Finding] {
        guard let name = deployment.outputs["SecretName"], !name.isEmpty else {
            return [.unknown("secret", "the stack does not say which secret it reads; update it: make deploy")]
        }
        do {
            let service = SecretsManager(client: deployment.client)
            let secret = try await SecretsManagerStore(secretsManager: service, secretID: name).current().secret
            let provider = try LocalFolder.providers(environment: environment, executor: executor, clock: clock)
                .named(in: secret)
            let account = AccountExamination(
                credentials: nil,
                environment: environment,
                executor: executor,
                logger: logger,
                clock: clock
            )
            return [.ok("secret", "\(name) is there, for \(provider.name)")]
                + (try await account.findings(of: secret, provider))
        } catch let error as SyncError {
            return [error.isRetryable ? .unknown("secret", error.message) : .todo("secret", error.message)]
        }
    }

    private func alerts() async -> Finding {
        guard let topic = deployment.outputs["TopicArn"], !topic.isEmpty else {
            return .unknown("alerts", "the stack does not say where it sends alerts; update it: make deploy")
        }
        return await looking(at: "alerts") {
            let subscriptions = try await SNS(client: deployment.client).subscriptions(of: topic)
            let confirmed = subscriptions.filter(\.isConfirmed)
            if !confirmed.isEmpty {
                let ways = Set(confirmed.map(\.protocolName)).sorted().joined(separator: ", ")
                return .ok("alerts", "\(confirmed.count.counted("subscription")) by \(ways)")
            }
            return subscriptions.isEmpty
                ? .todo("alerts", "nobody is told when something goes wrong: set AlertEmail, or subscribe to \(topic)")
                : .todo("alerts", "the subscription is not confirmed: follow the link in the mail that AWS has sent")
        }
    }

    private func schedule() async -> Finding {
        await looking(at: "schedule") {
            let scheduler = Scheduler(client: deployment.client)
            do {
                let found = try await scheduler.schedule("\(deployment.stack)-vault-sync", in: deployment.stack)
                guard found.target.arn == deployment.stateMachine else {
                    return .todo("schedule", "it starts something else; bring it in order: make deploy")
                }
                return found.state == "ENABLED"
                    ? .ok("schedule", "runs start at \(found.scheduleExpression)")
                    : .note("schedule", "it is off, so that no run starts by itself; set ScheduleState to ENABLED")
            } catch let error as AWSError where error.code == .resourceNotFound {
                return .todo("schedule", "there is none; bring the stack in order: make deploy")
            }
        }
    }

    /// What cannot be read with the keys at hand says nothing about the deployment.
    private func looking(at subject: String, _ look: () async throws -> Finding) async -> Finding {
        do {
            return try await look()
        } catch {
            let known = SyncError.mapped(error) as? SyncError
            return .unknown(subject, known?.message ?? "it could not be found out")
        }
    }
}
