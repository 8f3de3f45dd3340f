extension JSONPath {
    /// What a path finds below its root.
    ///
    /// - Parameter value: What the root stands for.
    /// - Returns: The value at a definite path, or `nil` when there is none; for any other path an array with all
    ///   matches, which may be empty.
    func query(_ value: JSONValue) -> JSONValue? {
        let matches = Self.matches(of: segments[...], in: value)
        return isDefinite ? matches.first : .array(matches)
    }

    static func matches(of segments: ArraySlice<Segment>, in value: JSONValue) -> [JSONValue] {
        guard let segment = segments.first else { return [value] }
        let rest = segments.dropFirst()
        if case .descendants = segment {
            return descendants(of: value).flatMap { matches(of: rest, in: $0) }
        }
        return children(of: value, at: segment).flatMap { matches(of: rest, in: $0) }
    }

    private static func descendants(of value: JSONValue) -> [JSONValue] {
        [value] + children(of: value, at: .wildcard).flatMap(descendants(of:))
    }

    private static func children(of value: JSONValue, at segment: Segment) -> [JSONValue] {
        switch (segment, value) {
        case (.names(let names), .object(let object)):
            return names.compactMap { object[$0] }
        case (.indices(let indices), .array(let values)):
            return indices.compactMap { index in
                let position = index < 0 ? values.count + index : index
                return values.indices.contains(position) ? values[position] : nil
            }
        case (.slice(let start, let end, let step), .array(let values)):
            func bound(_ index: Int?, _ fallback: Int) -> Int {
                guard let index else { return fallback }
                return min(max(index < 0 ? values.count + index : index, 0), values.count)
            }
            return stride(from: bound(start, 0), to: bound(end, values.count), by: step).map { values[$0] }
        case (.wildcard, .array(let values)):
            return values
        case (.wildcard, .object(let object)):
            return object.map(\.value)
        case (.filter(let filter), .array(let values)):
            return values.filter { filter.accepts($0) }
        case (.filter(let filter), .object):
            return filter.accepts(value) ? [value] : []
        default:
            return []
        }
    }
}
