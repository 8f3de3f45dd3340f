import ArgumentParser
import Clocks
import Foundation
import HTTPTransport
import SyncCore

/// `obsync doctor`
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check sign-in, vault passwords, the destination and its records, and say what has to be done.",
        discussion: "It changes nothing. The exit status is 1 when something has to be done."
    )

    @OptionGroup var mirror: MirrorOptions

    @Option(help: "The credentials file; or OBSYNC_CREDENTIALS, or what obsync login has made.", completion: .file())
    var credentials: String?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @OptionGroup var output: LogOptions

    /// What `--json` prints.
    struct Report: Codable {
        var ok: Bool
        var version: String
        var findings: [Finding]
    }

    func run() async throws {
        let found =
            if let deployment = mirror.deployment { try await findings(on: deployment) } else { try await findings() }
        let findings = [.ok("version", BuildInfo.text)] + found
        let isWell = !findings.contains { $0.state == .todo }
        if json {
            let report = Report(ok: isWell, version: BuildInfo.text, findings: findings)
            StandardStreams.output(String(decoding: try FunctionJSON.encode(report), as: UTF8.self))
        } else {
            let width = findings.map(\.subject.columns).max() ?? 0
            for finding in findings {
                StandardStreams.output(
                    "\(finding.state.shown)  \(finding.subject.padded(to: width))  \(finding.message)"
                )
            }
        }
        if !isWell { throw ExitCode(1) }
    }

    /// Looks at a deployment on AWS.
    private func findings(on deployment: DeploymentChoice) async throws -> [Finding] {
        let environment = ProcessInfo.processInfo.environment
        let logger = try output.makeLogger()
        return try await AWSDeployment.with(deployment, logger) { found in
            try await withTransport(environment) { transport in
                try await DeploymentExamination(
                    deployment: found,
                    environment: environment,
                    executor: transport,
                    logger: logger,
                    clock: SystemClock()
                ).findings()
            }
        }
    }

    /// Looks at this machine, and at the mirror that it keeps where one is named.
    private func findings() async throws -> [Finding] {
        let environment = ProcessInfo.processInfo.environment
        let logger = try output.makeLogger()
        var place: (any MirrorPlace)?
        if mirror.dest != nil, case .place(let named) = try mirror.mirror() { place = named }
        let credentials = CredentialsPlace(option: credentials, environment: environment, place: place).found
        return try await withTransport(environment) { transport in
            let account = AccountExamination(
                credentials: credentials,
                environment: environment,
                executor: transport,
                logger: logger,
                clock: SystemClock()
            )
            let connection = place?.connection(environment, transport, logger)
            return try await account.findings() + Self.findings(of: place, connection)
        }
    }

    private static func findings(of place: (any MirrorPlace)?, _ connection: PlaceConnection?) async throws -> [Finding]
    {
        switch (place, connection) {
        case (let folder as LocalFolder, _): await FolderExamination(folder: folder).findings()
        case (let bucket as BucketPlace, let connection?):
            try await BucketExamination(place: bucket, connection: connection).findings()
        default: []
        }
    }
}

extension Finding.State {
    /// In four columns, so that what has to be done stands out.
    fileprivate var shown: String {
        switch self {
        case .ok: "ok  "
        case .note: "note"
        case .todo: "TODO"
        case .unknown: "?   "
        }
    }
}
