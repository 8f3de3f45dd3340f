import SyncCore

/// Everything that is ever asked of the service. The same addresses take other methods too, which write and delete: there
/// is no way to them from here, because only `token` is anything but a GET.
enum GoProPath: Hashable, Sendable {
    /// One page of the listing, newest upload first.
    case search(page: Int, perPage: Int)
    /// The smallest listing that there is: whether a token works.
    case check
    /// One medium's row.
    case medium(MediaID)
    /// Where one medium's files are, with signed addresses.
    case download(MediaID)
    /// Where tokens are given out.
    case token

    private static let fields = [
        "id", "filename", "file_extension", "file_size", "captured_at", "created_at", "type", "ready_to_view",
        "item_count", "play_as", "mce_type",
    ].joined(separator: ",")

    /// Path and query.
    var text: String {
        switch self {
        case .search(let page, let perPage):
            "/media/search?fields=\(Self.fields)&order_by=created_at&per_page=\(perPage)&page=\(page)"
        case .check: "/media/search?fields=id&per_page=1&page=1"
        case .medium(let id): "/media/\(id.rawValue)"
        case .download(let id): "/media/\(id.rawValue)/download"
        case .token: "/v1/oauth2/token"
        }
    }
}

/// The service's name of a medium: part of paths, of addresses and of keys, so it is checked when it is read.
struct MediaID: RawRepresentable, Hashable, Codable, Sendable {
    let rawValue: String

    /// Takes letters and digits, 13 of them today; anything else is refused.
    init?(rawValue: String) {
        let isPlain = rawValue.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }
}
