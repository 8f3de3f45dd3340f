extension Collection where Self: Sendable, Element: Sendable {
    /// Maps with up to `limit` calls at once; the results come in the order of the elements.
    ///
    /// The first error ends it: what is still running is cancelled.
    func concurrentMap<Result: Sendable>(
        atOnce limit: Int,
        _ transform: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var results: [Result?] = Array(repeating: nil, count: count)
            for (number, element) in enumerated() {
                if number >= limit, let (position, result) = try await group.next() { results[position] = result }
                group.addTask { (number, try await transform(element)) }
            }
            for try await (position, result) in group { results[position] = result }
            return results.compactMap(\.self)
        }
    }
}

extension Array {
    /// The elements in pieces of up to `size`.
    func pieces(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
