import AWSAdapters
import AWSClient
import ArgumentParser
import Foundation
import Logging
import SyncCore

/// Which deployment on AWS a command is about: one way to name it for every command.
struct DeploymentOptions: ParsableArguments {
    @Flag(help: "The deployment on AWS: that of --stack, or of the samconfig.toml here.")
    var aws = false

    @Option(help: "The name of the deployment's stack; without it what samconfig.toml says.")
    var stack: String?

    @Option(help: "The AWS profile; without it the usual one.")
    var profile: String?

    @Option(help: "The AWS region; without it what samconfig.toml says, or environment or profile.")
    var region: String?

    @Option(help: .hidden)
    var samconfig = "samconfig.toml"

    /// Whether a deployment is named at all.
    var isGiven: Bool { aws || stack != nil || profile != nil || region != nil }

    /// The deployment's stack, and where it is.
    ///
    /// - Throws: `InvalidInput` where no stack is named, or a region is none.
    func name() throws(SyncError) -> DeploymentName {
        let file = (try? String(contentsOfFile: samconfig, encoding: .utf8)).map { SAMConfiguration($0) }
        guard let name = stack ?? file?.stack else {
            throw SyncError(
                .invalidInput,
                "no deployment is named: use --stack NAME, or run this where the samconfig.toml lies that obsync init wrote"
            )
        }
        // The file's region is that of the file's stack, and of no other.
        let known = name == file?.stack ? file : nil
        return DeploymentName(
            stack: name,
            profile: profile ?? known?.profile,
            region: try Self.region(region ?? known?.region)
        )
    }

    /// The choices without a stack, for what an ARN names.
    ///
    /// - Throws: `InvalidInput` where the region is none.
    func choices(region named: String? = nil) throws(SyncError) -> AWSClient.Choices {
        DeploymentName(stack: "", profile: profile, region: try Self.region(region ?? named)).choices
    }

    private static func region(_ name: String?) throws(SyncError) -> Region? {
        guard let name else { return nil }
        guard let region = Region(name: name) else {
            throw SyncError(
                .invalidInput,
                "--region \(name.printable) is no region; regions are named like eu-central-1"
            )
        }
        return region
    }
}

/// A deployment's stack, and where it is.
struct DeploymentName {
    var stack: String
    var profile: String?
    /// Nil for what environment or profile say.
    var region: Region?

    /// What goes before environment and profile.
    var choices: AWSClient.Choices {
        var choices = AWSClient.Choices.commandLine
        choices.profile = profile
        choices.region = region
        return choices
    }
}

/// What `samconfig.toml` says of the deployment. Only texts of the default environment are read, no other TOML.
///
///     [default.global.parameters]
///     stack_name = "obsync"
///     region = "eu-central-1"
struct SAMConfiguration: Equatable {
    var stack: String?
    var region: String?
    var profile: String?

    /// Reads a file; what is not understood is passed over.
    init(_ text: String) {
        var section = ""
        var found: [String: [String: String]] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            if let header = line.firstMatch(of: /^\s*\[([^\]]+)\]/) {
                section = header.1.filter { !$0.isWhitespace }
            } else if let pair = line.firstMatch(of: /^\s*([A-Za-z_-]+)\s*=\s*(?:"([^"\\]*)"|'([^']*)')/) {
                found[section, default: [:]][String(pair.1)] = String(pair.2 ?? pair.3 ?? "")
            }
        }
        // A command's own parameters go before those of all commands.
        let settings = (found["default.global.parameters"] ?? [:])
            .merging(found["default.deploy.parameters"] ?? [:]) { $1 }
        stack = settings["stack_name"]
        region = settings["region"]
        profile = settings["profile"]
    }
}
