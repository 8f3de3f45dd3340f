/// The elements of an array as an asynchronous sequence, with an error at the end if one is wanted.
package struct Replay<Element: Sendable>: AsyncSequence, Sendable {
    package typealias Failure = any Error

    private let elements: [Element]
    private let failure: (any Error)?

    /// Makes a sequence.
    package init(_ elements: [Element], failure: (any Error)? = nil) {
        self.elements = elements
        self.failure = failure
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(elements: elements[...], failure: failure)
    }

    /// Walks the elements.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var elements: ArraySlice<Element>
        fileprivate let failure: (any Error)?

        package mutating func next() async throws -> Element? {
            try Task.checkCancellation()
            if let element = elements.popFirst() { return element }
            if let failure { throw failure }
            return nil
        }
    }
}

extension Replay where Element == [UInt8] {
    /// Bytes as chunks of one size.
    package init(_ bytes: some Collection<UInt8>, chunkSize: Int, failure: (any Error)? = nil) {
        let bytes = Array(bytes)
        let starts = stride(from: 0, to: bytes.count, by: Swift.max(1, chunkSize))
        let chunks = starts.map { Array(bytes[$0..<Swift.min($0 + Swift.max(1, chunkSize), bytes.count)]) }
        self.init(chunks, failure: failure)
    }
}

extension Replay {
    /// Values in pages of one size, with an error at the end if one is wanted.
    package init<Value>(pagesOf values: [Value], _ size: Int, failure: (any Error)? = nil) where Element == [Value] {
        let starts = stride(from: 0, to: values.count, by: Swift.max(1, size))
        self.init(
            starts.map { Array(values[$0..<Swift.min($0 + Swift.max(1, size), values.count)]) },
            failure: failure
        )
    }
}
