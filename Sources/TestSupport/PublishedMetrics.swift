package import SyncCore

/// A document of the embedded metric format as CloudWatch reads it, which refuses what CloudWatch refuses.
///
/// Source: "Specification: Embedded metric format" in the CloudWatch user guide, and the limits of PutMetricData.
package struct PublishedMetrics: Sendable {
    /// One metric in one set of dimensions.
    package struct Metric: Hashable, Sendable {
        /// Its namespace.
        package var namespace: String
        /// Its name.
        package var name: String
        /// Its unit.
        package var unit: String
        /// Its dimensions by name.
        package var dimensions: [String: String]
        /// Its values.
        package var values: [Double]
    }

    /// Why a document is none.
    package struct Violation: Error, CustomStringConvertible {
        /// The rule that is broken.
        package let description: String
    }

    /// All that the document publishes.
    package private(set) var metrics: [Metric] = []

    private static let units: Set<String> = [
        "Seconds", "Milliseconds", "Bytes", "Megabytes", "Count", "Bytes/Second", "None",
    ]

    /// Reads one line.
    ///
    /// - Returns: nil when the line is JSON but no document, as log lines are.
    /// - Throws: ``Violation`` for a document that CloudWatch would refuse, at the first rule that it breaks.
    package init?(line: some Collection<UInt8>) throws {
        guard line.count <= 256 * 1024 - 26 else { throw Violation(description: "the event is too large") }
        let root = try FunctionJSON.decode(JSON.self, from: line).members
        guard let metadata = root["_aws"]?.members else { return nil }
        guard case .integer(let time)? = metadata["Timestamp"], time > 0 else {
            throw Violation(description: "Timestamp has to be an integer")
        }
        guard case .array(let directives)? = metadata["CloudWatchMetrics"], !directives.isEmpty else {
            throw Violation(description: "CloudWatchMetrics has to be an array with a directive")
        }
        for directive in directives { try read(directive.members, root) }
        guard Set(metrics.map { $0.name + "\($0.dimensions.sorted { $0.key < $1.key })" }).count == metrics.count else {
            throw Violation(description: "a metric is published twice in one set of dimensions")
        }
    }

    /// The values of a metric in exactly these dimensions.
    package func values(_ name: MetricName, _ dimensions: [String: String]) -> [Double]? {
        metrics.first { $0.name == name.rawValue && $0.dimensions == dimensions }?.values
    }

    private mutating func read(_ directive: [String: JSON], _ root: [String: JSON]) throws {
        guard Set(directive.keys) == ["Namespace", "Dimensions", "Metrics"] else {
            throw Violation(description: "a directive has other members than the three")
        }
        guard case .string(let namespace)? = directive["Namespace"], (1...255).contains(namespace.utf8.count),
            !namespace.hasPrefix("AWS/")
        else { throw Violation(description: "Namespace") }
        guard case .array(let sets)? = directive["Dimensions"], !sets.isEmpty else {
            throw Violation(description: "Dimensions")
        }
        guard case .array(let definitions)? = directive["Metrics"], (1...100).contains(definitions.count) else {
            throw Violation(description: "Metrics: 1 to 100")
        }
        for set in sets {
            let dimensions = try Self.dimensions(set, root)
            for definition in definitions { metrics.append(try Self.metric(definition, namespace, dimensions, root)) }
        }
    }

    private static func dimensions(_ set: JSON, _ root: [String: JSON]) throws -> [String: String] {
        guard case .array(let names) = set, names.count <= 30 else {
            throw Violation(description: "a set has up to 30 dimensions")
        }
        var dimensions: [String: String] = [:]
        for case .string(let name) in names {
            guard case .string(let value)? = root[name], (1...1024).contains(value.utf8.count),
                value.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !value.hasPrefix(":")
            else { throw Violation(description: "the dimension \(name) has no value that CloudWatch takes") }
            dimensions[name] = value
        }
        guard dimensions.count == names.count else { throw Violation(description: "a dimension is named twice") }
        return dimensions
    }

    private static func metric(
        _ definition: JSON,
        _ namespace: String,
        _ dimensions: [String: String],
        _ root: [String: JSON]
    ) throws -> Metric {
        guard Set(definition.members.keys) == ["Name", "Unit"], case .string(let name)? = definition.members["Name"],
            case .string(let unit)? = definition.members["Unit"], units.contains(unit)
        else { throw Violation(description: "a metric has a name and a unit") }
        let values: [JSON]
        switch root[name] {
        case .array(let several)?: values = several
        case let one?: values = [one]
        case nil: throw Violation(description: "the metric \(name) has no value")
        }
        guard (1...100).contains(values.count) else { throw Violation(description: "\(name) has 1 to 100 values") }
        let numbers = try values.map { value -> Double in
            switch value {
            case .integer(let number): Double(number)
            case .number(let number): number
            default: throw Violation(description: "a value of \(name) is no number")
            }
        }
        return Metric(namespace: namespace, name: name, unit: unit, dimensions: dimensions, values: numbers)
    }
}
