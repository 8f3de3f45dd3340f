import AWSAdapters
import ArgumentParser
import Foundation
import StateMachine
import SyncCore

/// `obsync start`
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start a run of what is deployed on AWS.",
        discussion: """
            With --follow it shows how the run gets on until its end, and exits as a run on this machine would. Ctrl-C ends the \
            following and not the run.
            """
    )

    @Option(help: "The id or the exact name of a vault; can be given more than once. All vaults where none is.")
    var vault: [String] = []

    @Option(help: "The file that holds the execution's whole input as JSON; - for standard input.", completion: .file())
    var input: String?

    @Flag(help: "Show how the run gets on until its end.")
    var follow = false

    @OptionGroup var options: RunOptions
    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard input == nil || (vault.isEmpty && options.isUsual) else {
            throw ValidationError("--input is the whole input; it goes with no option that makes one")
        }
    }

    func run() async throws {
        let logger = try output.makeLogger()
        try await AWSDeployment.with(deployment.choice, logger) { found in
            let name = "manual-\(UUID().uuidString.lowercased().prefix(13))"
            let arn = try await found.executions.start(name, input: try await text(of: found))
            guard follow else { return StandardStreams.output(arn) }
            if !output.isQuiet { StandardStreams.error("Started \(name) of \(found.title).") }
            try await Following(deployment: found, output: output).follow(name)
        }
    }

    private func text(of deployment: AWSDeployment) async throws -> String {
        if let input {
            let data =
                input == "-"
                ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: input)
            guard let data else { throw SyncError(.invalidInput, "the file \(input.printable) cannot be read") }
            // Refused here rather than by the first function.
            _ = try FunctionJSON.decode(SyncRequest.self, from: data)
            return String(decoding: data, as: UTF8.self)
        }
        var request = SyncRequest(options)
        request.vaultIDs = try await vaultIDs(in: deployment)
        return String(decoding: try FunctionJSON.encode(request), as: UTF8.self)
    }

    private func vaultIDs(in deployment: AWSDeployment) async throws -> [VaultID] {
        guard !vault.isEmpty else { return [] }
        let records = deployment.records
        var names: [VaultID: String] = [:]
        for id in try await records.vaults() { names[id] = try await records.state(of: id)?.name ?? id.rawValue }
        return try vault.map { text throws(SyncError) in
            let named = names.filter { $0.key.rawValue == text || $0.value.utf8.elementsEqual(text.utf8) }
            if named.count == 1, let id = named.first?.key { return id }
            if named.count > 1 {
                let ids = named.keys.map(\.rawValue).sorted().joined(separator: ", ")
                throw SyncError(
                    .invalidInput,
                    "several vaults are called \(text.printable): \(ids); name one by its id"
                )
            }
            // One that was never mirrored is known by its id alone.
            if let id = VaultID(text) { return id }
            let known = names.values.sorted().map(\.printable).joined(separator: ", ")
            throw SyncError(
                .invalidInput,
                "no vault that was mirrored is called \(text.printable)"
                    + (known.isEmpty ? "" : "; there are: \(known)")
                    + "; name another one by its id"
            )
        }
    }
}

extension RunOptions {
    /// Whether nothing but a usual run is asked for.
    var isUsual: Bool { SyncRequest(self) == SyncRequest() }
}

extension SyncRequest {
    /// A request of what a command line asks for.
    init(_ asked: RunOptions) {
        self.init()
        syncType = asked.complete ? .complete : .incremental
        switch asked.allowDeletions {
        case .all?: options.allowDeletions = true
        case .set(let id)?: options.approvedDeletions = id
        case nil: break
        }
        options.deleteExcluded = asked.deleteExcluded
        options.acceptManaged = asked.acceptManaged
        options.switchAccount = asked.switchAccount
        options.filter = PathFilter(exclude: asked.exclude, include: asked.include)
    }
}

/// `obsync stop`
struct StopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop",
        abstract: "Stop a run on AWS. What was mirrored stays, and obsync redrive goes on from there."
    )

    @Argument(help: "The name of the execution; the one that runs where none is named.")
    var execution: String?

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        try await AWSDeployment.with(deployment.choice, try log.makeLogger()) { found in
            let name = try await name(in: found.executions)
            try await found.executions.stop(name)
            StandardStreams.output(
                "Stopped \(name.printable). What was mirrored stays. To go on with it: obsync redrive --aws \(name)"
            )
            StandardStreams.output("A new run can begin when the leases of this one have run out, within 20 minutes.")
        }
    }

    private func name(in executions: DeployedExecutions) async throws -> String {
        if let execution { return execution }
        let running = try await executions.newest(100).filter { $0.status == .running }.map(\.name)
        guard let name = running.first else {
            throw SyncError(.invalidInput, "no run is at work; obsync executions list --aws shows all")
        }
        guard running.count == 1 else {
            throw SyncError(.invalidInput, "several runs are at work: \(running.joined(separator: ", ")); name one")
        }
        return name
    }
}
