import Clocks
import FoundationEssentials
import SyncCore

/// One document of the embedded metric format.
///
///     {"_aws": {"CloudWatchMetrics": [{"Dimensions": [["Deployment"]], "Metrics": [{"Name": "FilesSynced",
///      "Unit": "Count"}], "Namespace": "Obsync"}], "Timestamp": 1795248000000}, "Deployment": "obsync",
///      "FilesSynced": 100}
///
/// A directive is made for each set of dimensions. A metric with dimensions of its own is published under the deployment
/// alone as well. Source: "Specification: Embedded metric format" in the CloudWatch user guide.
struct EmbeddedMetricDocument {
    /// A metric has so many values in one document, at most.
    static let mostValues = 100
    /// A document has so many metrics, at most.
    static let mostMetrics = 100

    private let deployment: String
    private let time: Timestamp
    private var series: [MetricSeries] = []
    private var dimensions: [String: String]

    private init(deployment: String, time: Timestamp) {
        self.deployment = deployment
        self.time = time
        dimensions = [MetricName.deploymentDimension: deployment]
    }

    /// Puts everything into as few documents as the format allows.
    static func documents(of measured: [MetricSeries], deployment: String, at time: Timestamp) -> [Self] {
        var documents: [Self] = []
        for piece in measured.flatMap({ $0.pieces(of: mostValues) }) {
            if let index = documents.firstIndex(where: { $0.hasRoom(for: piece) }) {
                documents[index].add(piece)
            } else {
                var document = Self(deployment: deployment, time: time)
                document.add(piece)
                documents.append(document)
            }
        }
        return documents
    }

    /// The document as one line of JSON with its line feed.
    var line: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Finite numbers and strings always encode.
        guard let data = try? encoder.encode(json) else { return [] }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    private func hasRoom(for piece: MetricSeries) -> Bool {
        series.count < Self.mostMetrics
            && !series.contains { $0.key.name == piece.key.name }
            && piece.key.dimensions.allSatisfy { dimensions[$0.name] == nil || dimensions[$0.name] == $0.value }
    }

    private mutating func add(_ piece: MetricSeries) {
        series.append(piece)
        for dimension in piece.key.dimensions { dimensions[dimension.name] = dimension.value }
    }

    private var json: JSON {
        let sets = Set(series.map(\.key.dimensions)).sorted { $0.lexicographicallyPrecedes($1) }
        var members: [String: JSON] = [
            "_aws": .object([
                "CloudWatchMetrics": .array(sets.map(directive)),
                "Timestamp": .integer(time.milliseconds),
            ])
        ]
        for (name, value) in dimensions { members[name] = .string(value) }
        for metric in series { members[metric.key.name] = Self.value(metric.values) }
        return .object(members)
    }

    private func directive(_ own: [MetricSeries.Dimension]) -> JSON {
        let base = JSON.string(MetricName.deploymentDimension)
        var sets = [JSON.array([base])]
        if !own.isEmpty { sets.append(.array([base] + own.map { .string($0.name) })) }
        let metrics = series.filter { $0.key.dimensions == own }.map { metric in
            let unit = MetricName(rawValue: metric.key.name)?.unit ?? .none
            return JSON.object(["Name": .string(metric.key.name), "Unit": .string(unit.rawValue)])
        }
        return .object([
            "Namespace": .string(MetricName.namespace),
            "Dimensions": .array(sets),
            "Metrics": .array(metrics),
        ])
    }

    private static func value(_ values: [Double]) -> JSON {
        let numbers = values.map { value in Int64(exactly: value).map { JSON.integer($0) } ?? .number(value) }
        return numbers.count == 1 ? numbers[0] : .array(numbers)
    }
}
