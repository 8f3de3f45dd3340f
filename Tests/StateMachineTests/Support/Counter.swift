import Synchronization

/// A number that several calls share.
final class Counter: Sendable {
    private let number: Mutex<Int>

    init(_ start: Int) { number = Mutex(start) }

    var value: Int { number.withLock { $0 } }

    @discardableResult
    func increment() -> Int {
        number.withLock { number in
            number += 1
            return number
        }
    }

    func raise(to value: Int) { number.withLock { $0 = max($0, value) } }

    /// Counts down; whether there was anything left.
    @discardableResult
    func decrement() -> Bool {
        number.withLock { number in
            guard number > 0 else { return false }
            number -= 1
            return true
        }
    }
}
