import Foundation
import SyncCore

/// What has to be decided before a deployment: the answers of `obsync init`, written as `samconfig.toml`.
struct DeploymentSettings: Equatable {
    /// The name of the stack; everything in it is named after it.
    var stack = "obsync"
    /// The region of the stack.
    var region = "us-east-1"
    /// The secret with the credentials.
    var secret = "obsync"
    /// When the mirror runs.
    var schedule = "rate(1 day)"
    /// Where alerts are mailed to; empty for nobody.
    var alertEmail = ""
    /// What the keys of files begin with.
    var prefix = ""
    /// The processor that the functions are built for: that of this machine.
    var architecture = DeploymentSettings.hostArchitecture

    /// The name that Lambda has for this machine's processor.
    static var hostArchitecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "x86_64"
        #endif
    }

    /// Asks for the settings; the values at hand are suggested.
    mutating func ask(_ dialogue: Dialogue) throws {
        stack = try dialogue.ask("Name of the stack", suggestion: stack, check: Self.checkStack)
        region = try dialogue.ask("AWS region", suggestion: region, check: Self.checkRegion)
        secret = try dialogue.ask("Name of the secret", suggestion: secret, check: Self.checkSecret)
        schedule = try dialogue.ask("Schedule", suggestion: schedule, check: Self.checkSchedule)
        alertEmail = try dialogue.ask("E-mail address for alerts", suggestion: alertEmail, check: Self.checkEmail)
        prefix = try dialogue.ask("Prefix of the files in the bucket", suggestion: prefix, check: Self.checkPrefix)
    }

    /// Checks all settings.
    ///
    /// - Throws: `InvalidInput` naming the option.
    func check() throws(SyncError) {
        let objections = [
            ("--stack", Self.checkStack(stack)), ("--region", Self.checkRegion(region)),
            ("--secret", Self.checkSecret(secret)), ("--schedule", Self.checkSchedule(schedule)),
            ("--alert-email", Self.checkEmail(alertEmail)), ("--prefix", Self.checkPrefix(prefix)),
        ]
        for case (let option, let objection?) in objections {
            throw SyncError(.invalidInput, "the option \(option) is wrong: \(objection)")
        }
    }

    /// The seconds that the dead man's alarm takes for the time between two runs: of those that the template takes, the least
    /// that is not shorter than the schedule's; a day where the schedule is no rate.
    var deadManPeriod: Int {
        let day = 86400
        let seconds = ["minute": 60, "hour": 3600, "day": day]
        guard let rate = schedule.wholeMatch(of: /rate\(([0-9]{1,6}) (minute|hour|day)s?\)/), let count = Int(rate.1),
            let unit = seconds[String(rate.2)]
        else { return day }
        return [3600, 6 * 3600, 12 * 3600, day].first { $0 >= count * unit } ?? 3 * day
    }

    /// The settings as the AWS SAM CLI reads them.
    var samConfiguration: String {
        let parameters = [
            ("SecretName", secret), ("ScheduleExpression", schedule), ("ScheduleState", "DISABLED"),
            ("DeadManPeriod", String(deadManPeriod)), ("AlertEmail", alertEmail), ("FilesPrefix", prefix),
            ("Architecture", architecture),
        ]
        let overrides = parameters.map { "\($0)=\\\"\($1)\\\"" }.joined(separator: " ")
        return """
            # Written by obsync init; edit it freely. It holds no secrets. All parameters are in infra/template.yaml.
            # When a first run by hand went well, set ScheduleState to ENABLED below, and: make deploy
            version = 0.1

            [default.global.parameters]
            stack_name = "\(stack)"
            region = "\(region)"

            [default.build.parameters]
            build_in_source = true

            [default.deploy.parameters]
            capabilities = "CAPABILITY_IAM"
            resolve_s3 = true
            confirm_changeset = true
            fail_on_empty_changeset = false
            parameter_overrides = "\(overrides)"

            """
    }
}

/// Each check says in one sentence what is wrong, or nil. Nothing that passes has to be escaped anywhere.
extension DeploymentSettings {
    static func checkStack(_ name: String) -> String? {
        name.wholeMatch(of: /[A-Za-z][A-Za-z0-9-]{0,39}/) == nil
            ? "a stack's name begins with a letter and has up to 40 letters, digits and hyphens" : nil
    }

    static func checkRegion(_ name: String) -> String? {
        name.wholeMatch(of: /[a-z]{2}(-[a-z]+)+-[0-9]{1,2}/) == nil ? "a region is named like eu-central-1" : nil
    }

    static func checkSecret(_ name: String) -> String? {
        name.wholeMatch(of: /[A-Za-z0-9\/_+=.@-]{1,200}/) == nil
            ? "a secret's name has letters, digits and any of /_+=.@-" : nil
    }

    static func checkSchedule(_ expression: String) -> String? {
        expression.wholeMatch(of: /(rate|cron|at)\([A-Za-z0-9 *?,\/:#-]+\)/) == nil
            ? "a schedule is written like rate(1 day) or cron(15 3 * * ? *)" : nil
    }

    static func checkEmail(_ address: String) -> String? {
        address.isEmpty || address.wholeMatch(of: /[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+/) != nil
            ? nil : "an address is written like you@example.com"
    }

    static func checkPrefix(_ prefix: String) -> String? {
        prefix.isEmpty || prefix.wholeMatch(of: /[A-Za-z0-9!_.()'-][A-Za-z0-9!_.()'\/-]*\//) != nil
            ? nil : "a prefix ends in a slash, such as mirror/"
    }
}
