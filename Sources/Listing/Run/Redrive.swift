/// One of the redrives of a run, written as `<executions before this one>/<redrives of this one>`.
struct Redrive: Hashable, Sendable {
    /// Executions before this one.
    var generation: Int
    /// How often this one was redriven.
    var number: Int
}

extension Redrive: Codable {
    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let generation = parts[0], let number = parts[1] else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no redrive of a run")
            )
        }
        self.init(generation: generation, number: number)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode("\(generation)/\(number)")
    }
}
