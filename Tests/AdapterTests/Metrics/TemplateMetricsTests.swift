import Foundation
import SyncCore
import Testing

@Suite("the template's alarms on our metrics")
struct TemplateMetricsTests {
    /// One alarm's metric, as `infra/template.yaml` spells it.
    private struct Alarm {
        var metric: String
        var dimensions: [String]
        var breakdownValue: String?
    }

    private static let names: Set<String> = [
        "CorruptContent", "NameRefused", "ProtocolChanged", "StoreUnavailable", "SourceUnavailable", "Throttled",
        "VaultPasswordWrong", "TokenExpired", "SubscriptionExpired", "AuthenticationFailed", "InvalidConfiguration",
    ]

    private func alarms() throws -> [Alarm] {
        let file = URL(filePath: #filePath).appending(path: "../../../../infra/template.yaml").standardizedFileURL
        let text = try String(contentsOf: file, encoding: .utf8)
        let alarm = /Namespace: Obsync\n +MetricName: (?<name>\w+)\n +Dimensions:\n(?<dimensions>( +- \{.*\}\n)+)/
        let dimension = /Name: (?<name>\w+), Value: (?<value>[^}]+)/
        return text.matches(of: alarm).map { match in
            let found = match.output.dimensions.matches(of: dimension)
            let own = found.first { $0.output.name != MetricName.deploymentDimension[...] }
            return Alarm(
                metric: String(match.output.name),
                dimensions: found.map { String($0.output.name) },
                breakdownValue: own.map { String($0.output.value) }
            )
        }
    }

    @Test("every alarm goes by a metric, and by dimensions, that the functions publish")
    func alarmsMatch() throws {
        let alarms = try alarms()
        #expect(alarms.count >= 4)
        for alarm in alarms {
            let name = try #require(MetricName(rawValue: alarm.metric), "\(alarm.metric) is not published")
            let sets =
                [[MetricName.deploymentDimension]]
                + (name.breakdown.map { [[MetricName.deploymentDimension, $0]] } ?? [])
            #expect(sets.contains(alarm.dimensions), "\(alarm.metric)")
            if let value = alarm.breakdownValue { #expect(Self.names.contains(value), "\(value)") }
        }
    }
}
