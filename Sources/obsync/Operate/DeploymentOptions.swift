import AWSAdapters
import AWSClient
import ArgumentParser
import Foundation
import Logging
import SyncCore

/// Whose keys are taken, and where: for a deployment, and for a bucket.
struct AccountOptions: ParsableArguments {
    @Option(help: "The AWS profile; without it the usual one.")
    var profile: String?

    @Option(help: "The AWS region; without it what samconfig.toml says of a deployment, or environment or profile.")
    var region: String?

    /// The region, where one is named.
    ///
    /// - Throws: `InvalidInput` where it is none.
    func readRegion() throws(SyncError) -> Region? { try Self.region(region) }

    static func region(_ name: String?) throws(SyncError) -> Region? {
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

/// Which stack on AWS is meant.
struct StackOptions: ParsableArguments {
    @Flag(help: "The deployment on AWS: that of --stack, or of the samconfig.toml here.")
    var aws = false

    @Option(help: "The name of the deployment's stack; without it what samconfig.toml says.")
    var stack: String?

    @Option(help: .hidden)
    var samconfig = "samconfig.toml"

    /// Whether a deployment is named.
    var isGiven: Bool { aws || stack != nil }
}

/// Which deployment on AWS a command is about that knows no other places.
struct DeploymentOptions: ParsableArguments {
    @OptionGroup var naming: StackOptions
    @OptionGroup var account: AccountOptions

    /// What was said.
    var choice: DeploymentChoice { DeploymentChoice(naming: naming, account: account) }
}

/// A deployment on AWS, as a command line names it: one way for every command.
struct DeploymentChoice {
    let naming: StackOptions
    let account: AccountOptions

    /// The deployment's stack, and where it is.
    ///
    /// - Throws: `InvalidInput` where no stack is named, or a region is none.
    func name() throws(SyncError) -> DeploymentName {
        let file = (try? String(contentsOfFile: naming.samconfig, encoding: .utf8)).map { SAMConfiguration($0) }
        guard let name = naming.stack ?? file?.stack else {
            throw SyncError(
                .invalidInput,
                "no deployment is named: use --stack NAME, or run this where the samconfig.toml lies that obsync init wrote"
            )
        }
        // The file's region is that of the file's stack, and of no other.
        let known = name == file?.stack ? file : nil
        return DeploymentName(
            stack: name,
            profile: account.profile ?? known?.profile,
            region: try AccountOptions.region(account.region ?? known?.region)
        )
    }

    /// The choices without a stack, for what an ARN names.
    ///
    /// - Throws: `InvalidInput` where the region is none.
    func choices(region named: String? = nil) throws(SyncError) -> AWSClient.Choices {
        let region = try AccountOptions.region(account.region ?? named)
        return DeploymentName(stack: "", profile: account.profile, region: region).choices
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
