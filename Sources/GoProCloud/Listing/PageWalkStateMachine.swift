import Clocks

/// Walks the pages of a listing that cannot be trusted page by page.
///
/// A page comes back short now and then, though its counts are right: it is asked for again. Pages are offsets into a list
/// with the newest first, so an upload during the walk repeats a row and a deletion hides one: where the total changes, or
/// fewer media were seen than there are, the walk begins anew. It is complete only when every medium was seen.
struct PageWalkStateMachine: Codable, Sendable {
    /// Rows of a page. Pages of 50 have been walked reliably, those of 100 and 200 were seen to come short.
    static let perPage = 50
    /// How often a page is asked for, at most.
    static let triesPerPage = 5
    /// How often a walk is begun, at most.
    static let mostWalks = 5

    /// What was received.
    struct Page: Sendable {
        var total: Int
        var perPage: Int
        var ids: [MediaID]
        /// Whether the service itself says that the page is not whole.
        var hasErrors = false
        /// Whether every medium of the page is known and done.
        var isAllDone = false
    }

    /// What is to be done next.
    enum Action: Hashable, Sendable {
        /// Ask for a page, after a wait.
        case ask(page: Int, after: Duration)
        /// The walk is over.
        case finish(End)
        /// A page stays short.
        case giveUp
    }

    /// How a walk ended.
    enum End: String, Codable, Sendable {
        /// Every medium of the library was seen.
        case everything
        /// What follows is known and done.
        case upToKnown
        /// The library changes faster than it can be walked: something may be missing.
        case moving
    }

    /// What all pages of a walk have to agree on.
    private struct Counts: Codable, Hashable {
        var total: Int
        var perPage: Int
    }

    private let stopsAtKnown: Bool
    private var page = 1
    private var tries = 0
    private var walks = 1
    private var counts: Counts?
    private(set) var seen: Set<MediaID> = []

    /// Starts a walk.
    ///
    /// - Parameter stopsAtKnown: whether a page on which everything is done ends it.
    init(stopsAtKnown: Bool) {
        self.stopsAtKnown = stopsAtKnown
    }

    /// What to ask first, also when a walk is gone on with.
    var first: Action { .ask(page: page, after: .zero) }

    /// Takes the page that was asked for.
    mutating func received(_ answer: Page) -> Action {
        let stated = Counts(total: answer.total, perPage: answer.perPage)
        if let counts, counts != stated { return beginAnew() }
        counts = stated
        let before = (page - 1) * answer.perPage
        let expected = min(answer.perPage, max(0, answer.total - before))
        guard answer.ids.count >= expected, !answer.hasErrors else {
            tries += 1
            return tries < Self.triesPerPage ? .ask(page: page, after: Self.backoff.wait(after: tries)) : .giveUp
        }
        tries = 0
        seen.formUnion(answer.ids)
        if stopsAtKnown, answer.isAllDone, !answer.ids.isEmpty { return .finish(.upToKnown) }
        if before + answer.perPage >= answer.total {
            return seen.count == answer.total ? .finish(.everything) : beginAnew()
        }
        page += 1
        return .ask(page: page, after: .zero)
    }

    private mutating func beginAnew() -> Action {
        guard walks < Self.mostWalks else { return .finish(.moving) }
        let pause = Self.backoff.wait(after: walks)
        walks += 1
        page = 1
        tries = 0
        counts = nil
        seen = []
        return .ask(page: 1, after: pause)
    }

    private static let backoff = Backoff(first: .seconds(1))
}
