/// Rows a page at a time: the next page is asked for by the last row of the one before.
struct Pages<Row: Sendable>: AsyncSequence, Sendable {
    typealias Element = [Row]
    typealias Failure = any Error

    let nextPage: @Sendable (Row?) async throws -> [Row]

    init(nextPage: @escaping @Sendable (Row?) async throws -> [Row]) {
        self.nextPage = nextPage
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(nextPage: nextPage)
    }

    struct Iterator: AsyncIteratorProtocol {
        let nextPage: @Sendable (Row?) async throws -> [Row]
        private var last: Row?
        private var isAtEnd = false

        init(nextPage: @escaping @Sendable (Row?) async throws -> [Row]) {
            self.nextPage = nextPage
        }

        mutating func next() async throws -> [Row]? {
            if isAtEnd { return nil }
            let page = try await nextPage(last)
            last = page.last
            isAtEnd = page.isEmpty
            return isAtEnd ? nil : page
        }
    }
}

/// The rows of ``Pages`` one by one.
struct Elements<Element: Sendable>: AsyncSequence, Sendable {
    typealias Failure = any Error

    private let pages: Pages<Element>

    init(nextPage: @escaping @Sendable (Element?) async throws -> [Element]) {
        pages = Pages(nextPage: nextPage)
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(pages: pages.makeAsyncIterator())
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var pages: Pages<Element>.Iterator
        private var page: ArraySlice<Element> = []

        fileprivate init(pages: Pages<Element>.Iterator) {
            self.pages = pages
        }

        mutating func next() async throws -> Element? {
            if page.isEmpty { page = try await pages.next()?[...] ?? [] }
            return page.popFirst()
        }
    }
}
