import ArgumentParser

/// The number of a port on the command line; 0 for any free one.
struct PortArgument: ExpressibleByArgument, ExpressibleByIntegerLiteral {
    let number: Int

    init?(argument: String) {
        guard let number = Int(argument), (0...65_535).contains(number) else { return nil }
        self.number = number
    }

    init(integerLiteral number: Int) {
        self.number = number
    }

    var defaultValueDescription: String { String(number) }
}
