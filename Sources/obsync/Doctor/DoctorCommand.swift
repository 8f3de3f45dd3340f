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

    @Option(help: "The folder of a mirror.", completion: .directory)
    var dest: String?

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
        let environment = ProcessInfo.processInfo.environment
        let folder = try dest.map { try FolderName.folder($0) }
        let place = CredentialsPlace(option: credentials, environment: environment, place: folder)
        let logger = try output.makeLogger()
        var findings: [Finding] = [.ok("version", BuildInfo.text)]
        findings += try await withTransport(environment) { transport in
            try await AccountExamination(
                credentials: place.found,
                environment: environment,
                executor: transport,
                logger: logger,
                clock: SystemClock()
            ).findings()
        }
        if let folder { findings += await FolderExamination(folder: folder).findings() }
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
