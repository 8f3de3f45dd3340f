import Clocks
import FoundationEssentials
import SyncCore

/// What the secret holds for this provider.
///
///     {"provider": "gopro", "client_id": "…", "client_secret": "…", "refresh_token": "…",
///      "access_token": "…", "expires_at": "2026-11-22T04:30:00Z", "user_id": "…"}
///
/// Without `refresh_token` the access token is one that was captured in a browser: it works until it runs out.
struct GoProCredential: Sendable {
    /// A token that has less than this left is renewed before it is used.
    private static let margin: Duration = .seconds(30 * 60)
    /// A server fault does not come from a token that is younger than this.
    private static let ageOfFaults: Duration = .seconds(10 * 60)
    /// A refusal does not come from a token that is younger than this.
    private static let ageOfRefusals: Duration = .seconds(60)

    var accessToken: String?
    var refreshToken: String?
    var expires: Timestamp?
    private var obtained: Timestamp?
    /// The account's id.
    let userID: String?

    /// Reads a secret.
    ///
    /// - Throws: `InvalidConfiguration` naming the field.
    init(_ secret: Secret) throws(SyncError) {
        accessToken = try secret.text("access_token")
        refreshToken = try secret.text("refresh_token")
        userID = try secret.text("user_id")
        obtained = try secret.text("obtained_at").flatMap(MediaDate.timestamp)
        if let text = try secret.text("expires_at") {
            expires = MediaDate.timestamp(text) ?? Int64(text).map { Timestamp(milliseconds: $0.clampedSeconds * 1000) }
            guard expires != nil else {
                throw SyncError(
                    .invalidConfiguration,
                    "the secret's field expires_at is no date; write it as 2026-11-22T04:30:00Z or remove it"
                )
            }
        }
        guard accessToken.map(Self.isHeaderText) ?? true else {
            throw SyncError(
                .invalidConfiguration,
                "the secret's field access_token holds characters that no token has; copy it again"
            )
        }
        guard accessToken != nil || refreshToken != nil else {
            throw SyncError(
                .invalidConfiguration,
                "the secret has neither refresh_token nor access_token; add one of them"
            )
        }
    }

    /// Whether a new token can be had without a person.
    var isRefreshable: Bool { refreshToken != nil }

    /// How long the token lives from its first moment to its last, where the secret tells both.
    var lifetime: Duration? {
        guard let obtained, let expires, obtained < expires else { return nil }
        return obtained.duration(to: expires)
    }

    /// Whether the token has to be renewed before it is used. One that lives shortly is good for half of its life.
    func isDue(at now: Timestamp) -> Bool {
        guard isRefreshable, let expires, accessToken != nil else { return accessToken == nil }
        let margin = lifetime.map { min(Self.margin, $0 / 2) } ?? Self.margin
        return now.duration(to: expires) < margin
    }

    /// Whether a server fault may mean that the token is dead, and another one can be had. The service has been seen to answer
    /// so.
    func faultMayMeanDead(at now: Timestamp) -> Bool { isRefreshable && isOlder(than: Self.ageOfFaults, at: now) }

    /// Whether a refusal that names no token may mean that it is dead. Nobody knows how old a captured token is.
    func refusalMayMeanDead(at now: Timestamp) -> Bool {
        !isRefreshable || isOlder(than: Self.ageOfRefusals, at: now)
    }

    private func isOlder(than age: Duration, at now: Timestamp) -> Bool {
        guard let obtained else { return true }
        return obtained.duration(to: now) > (lifetime.map { min(age, $0 / 2) } ?? age)
    }

    private static func isHeaderText(_ text: String) -> Bool {
        text.utf8.count <= 16_384 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

extension Int64 {
    /// Seconds since 1970 that a date can be made of.
    var clampedSeconds: Int64 { Swift.min(Swift.max(self, 0), 253_402_300_799) }
}

/// The token endpoint's answer.
struct TokenAnswer: Decodable, Sendable {
    var accessToken: String
    var refreshToken: String?
    var lifetime: Int64?
    var userID: String?

    private enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
        case lifetime = "expires_in"
        case userID = "resource_owner_id"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        accessToken = try container.decode(String.self, forKey: .accessToken)
        refreshToken = container.lenientText(.refreshToken)
        lifetime = container.lenientInteger(.lifetime)
        userID = container.lenientText(.userID)
    }

    /// The secret with the new pair. Where no new refresh token came, the old one stays.
    func stored(in secret: Secret, now: Timestamp) -> Secret {
        var secret =
            secret
            .setting(.string(accessToken), at: "access_token")
            .setting(.string(now.iso8601), at: "obtained_at")
        if let refreshToken { secret = secret.setting(.string(refreshToken), at: "refresh_token") }
        if let userID { secret = secret.setting(.string(userID), at: "user_id") }
        let expires = lifetime.map { now.advanced(by: .seconds(min(max($0, 0), 366 * 24 * 3600))).iso8601 }
        return secret.setting(expires.map(JSON.string) ?? .null, at: "expires_at")
    }
}
