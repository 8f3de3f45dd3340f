/// The values of one metric in one set of dimensions.
struct MetricSeries: Sendable {
    /// What becomes of a further value.
    enum Kind: Sendable {
        /// It is added.
        case sum
        /// It replaces the one before.
        case last
        /// It is kept beside the others.
        case distribution
    }

    /// A dimension and its value.
    struct Dimension: Hashable, Comparable, Sendable {
        var name: String
        var value: String

        static func < (lhs: Dimension, rhs: Dimension) -> Bool {
            (lhs.name, lhs.value) < (rhs.name, rhs.value)
        }
    }

    /// Tells metrics apart.
    struct Key: Hashable, Comparable, Sendable {
        var name: String
        var dimensions: [Dimension]

        static func < (lhs: Key, rhs: Key) -> Bool {
            guard lhs.dimensions == rhs.dimensions else {
                return lhs.dimensions.lexicographicallyPrecedes(rhs.dimensions)
            }
            return lhs.name < rhs.name
        }
    }

    let key: Key
    private(set) var values: [Double] = []

    init(key: Key, values: [Double] = []) {
        self.key = key
        self.values = values
    }

    mutating func record(_ value: Double, _ kind: Kind) {
        switch kind {
        case .sum: values = [(values.first ?? 0) + value]
        case .last: values = [value]
        case .distribution: values.append(value)
        }
    }

    /// The same metric with at most so many values in each piece.
    func pieces(of size: Int) -> [MetricSeries] {
        stride(from: 0, to: values.count, by: size).map { start in
            MetricSeries(key: key, values: Array(values[start..<min(start + size, values.count)]))
        }
    }
}
