/// One page of the listing.
///
///     {"_pages": {"current_page": 1, "per_page": 50, "total_items": 212, "total_pages": 5},
///      "_embedded": {"errors": [], "media": [{"id": "…"}]}}
struct ListingAnswer: Decodable, Sendable {
    private struct Pages: Decodable {
        var perPage: Int64?
        var total: Int64

        private enum CodingKeys: String, CodingKey {
            case perPage = "per_page"
            case total = "total_items"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            perPage = container.lenientInteger(.perPage)
            guard let total = container.lenientInteger(.total), (0...100_000_000).contains(total) else {
                throw DecodingError.dataCorruptedError(forKey: .total, in: container, debugDescription: "no count")
            }
            self.total = total
        }
    }

    private struct Embedded: Decodable {
        /// Whatever they say: a page with errors is not whole.
        struct Problem: Decodable {}
        var errors: [Problem]?
        var media: [MediaRow]
    }

    private enum CodingKeys: String, CodingKey {
        case pages = "_pages"
        case embedded = "_embedded"
    }

    /// Rows of a full page, as the answer says.
    let perPage: Int
    /// Media of the whole library.
    let total: Int
    let rows: [MediaRow]
    /// Whether the service says that something is missing from the page.
    let hasErrors: Bool

    /// The id of the account that the media are of; nil where no row tells it.
    var owner: String? { rows.lazy.compactMap(\.owner).first }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let pages = try container.decode(Pages.self, forKey: .pages)
        let embedded = try container.decode(Embedded.self, forKey: .embedded)
        perPage = Int(min(max(pages.perPage ?? Int64(PageWalkStateMachine.perPage), 1), 10_000))
        total = Int(pages.total)
        rows = embedded.media
        hasErrors = embedded.errors?.isEmpty == false
    }
}
