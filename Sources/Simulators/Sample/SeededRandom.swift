import Crypto

/// A stream of numbers that is the same for the same seed, in every process and with every version of the standard library.
///
/// SplitMix64; the choices are made with plain remainders, because how the standard library draws from a
/// generator is its own affair.
struct SeededRandom {
    private var state: UInt64

    /// A stream for a text; texts that differ in one letter give unrelated streams.
    init(_ seed: String) {
        state = SHA256.hash(data: Array(seed.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including `limit`, which is above 0.
    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    /// A number within `range`.
    mutating func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// One of a list that is not empty.
    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    /// `count` of a list, each at most once, in a random order; fewer when the list is shorter.
    mutating func pick<Element>(_ count: Int, of list: [Element]) -> [Element] {
        var left = list
        return (0..<min(count, list.count)).map { _ in left.remove(at: below(left.count)) }
    }
}
