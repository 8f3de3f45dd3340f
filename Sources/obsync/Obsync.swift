import ArgumentParser
import Foundation
import Logging
import StateMachine
import SyncCore

/// The command line.
@main
struct Obsync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "obsync",
        abstract: "Mirrors cloud libraries that are hard to back up into a folder or an S3 bucket you own.",
        version: BuildInfo.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Mirror",
                subcommands: [
                    LoginCommand.self, VaultsCommand.self, SyncCommand.self, WatchCommand.self, StatusCommand.self,
                    DemoCommand.self, ForgetCommand.self, LogoutCommand.self,
                ]
            ),
            CommandGroup(name: "Backup", subcommands: [LsCommand.self, VerifyCommand.self, RestoreCommand.self]),
            CommandGroup(
                name: "Operate",
                subcommands: [
                    DoctorCommand.self, ScheduleCommand.self, StartCommand.self, StopCommand.self,
                    ExecutionsCommand.self,
                    RedriveCommand.self, LogsCommand.self, ReportCommand.self, CostCommand.self,
                ]
            ),
            CommandGroup(name: "Deploy", subcommands: [InitCommand.self]),
            CommandGroup(
                name: "Develop",
                subcommands: [
                    ValidateCommand.self, DiagramCommand.self, InvokeCommand.self, StartLambdaCommand.self,
                    SimulateCommand.self, SettingsCommand.self,
                ]
            ),
        ]
    )

    static func main() async {
        StandardStreams.outliveReaders()
        do {
            let arguments = DeletionApproval.spelledOut(Array(CommandLine.arguments.dropFirst()))
            try CommandSuggestion.check(arguments, in: Self.self)
            var command = try parsed(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as SyncError {
            StandardStreams.error("obsync: \(error.description)")
            Foundation.exit(ExitStatus.of(error.name))
        } catch let error as Interrupted {
            StandardStreams.error("obsync: \(error)")
            Foundation.exit(error.status)
        } catch let error as StateMachineError {
            StandardStreams.error("obsync: InvalidInput: \(error.description)")
            Foundation.exit(ExitStatus.of(.invalidInput))
        } catch {
            exit(withError: error)
        }
    }

    /// Reads the command line. A mistyped option that has to be given is missing, says the parser: here the option is named.
    private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        do {
            return try parseAsRoot(arguments)
        } catch {
            let isUsage = exitCode(for: error) == .validationFailure
            guard isUsage, message(for: error).contains("Missing expected argument"),
                let sentence = CommandSuggestion.option(arguments, in: Self.self)
            else { throw error }
            throw SyncError(.invalidInput, sentence)
        }
    }
}

/// The exit status for each kind of error, after `sysexits.h`.
enum ExitStatus {
    static func of(_ name: SyncError.Name) -> Int32 {
        switch name {
        case .invalidInput: 64
        case .corruptContent, .nameRefused, .tooLarge, .fileUnavailable, .sourceGone, .storeRefused, .partialFailure:
            65
        case .sourceUnavailable: 69
        case .storeUnavailable: 74
        case .throttled: 75
        case .protocolChanged: 76
        case .authenticationFailed, .vaultPasswordWrong, .subscriptionExpired, .tokenExpired: 77
        case .invalidConfiguration: 78
        default: 70
        }
    }
}
