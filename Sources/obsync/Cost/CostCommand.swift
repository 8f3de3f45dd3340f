import ArgumentParser
import Foundation
import StateMachine
import SyncCore

/// `obsync cost`
struct CostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Tell what a deployment on AWS costs a month as it stands, and what reading everything back would.",
        discussion: """
            In US dollars at the list prices of us-east-1 of November 2026, without free tiers and taxes; other regions cost up to a \
            third more. It lists the versions of all objects, which costs 0.005 a million.
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var log: LogOptions

    func run() async throws {
        try await AWSDeployment.with(deployment.choice, try log.makeLogger()) { found in
            let cost = try await DeploymentCost(found)
            let total = cost.month.reduce(0) { $0 + $1.dollars }
            if json {
                let answer = Answer(
                    stack: found.stack,
                    month: cost.month,
                    total: total,
                    verify: cost.readingAll(outside: true),
                    restore: cost.readingAll(outside: true)
                )
                return StandardStreams.output(String(decoding: try FunctionJSON.encode(answer), as: UTF8.self))
            }
            StandardStreams.output("\(found.title.capitalizedFirst), US dollars a month at list prices of us-east-1:")
            StandardStreams.output("")
            var table = TextTable(["", "", "DOLLARS"])
            for item in cost.month { table.add([item.name, item.detail, Self.dollars(item.dollars)]) }
            table.add(["all", "", Self.dollars(total)])
            for line in table.lines() { StandardStreams.output(line) }
            StandardStreams.output("")
            StandardStreams.output(
                "A full verify or restore reads every file once: \(Self.dollars(cost.readingAll(outside: true))) to this machine, "
                    + "\(Self.dollars(cost.readingAll(outside: false))) within the region."
            )
        }
    }

    private struct Answer: Encodable {
        var stack: String
        var month: [DeploymentCost.Item]
        var total: Double
        var verify: Double
        var restore: Double
    }

    private static func dollars(_ amount: Double) -> String {
        amount > 0 && amount < 0.005 ? "<0.01" : String(format: "%.2f", amount)
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
