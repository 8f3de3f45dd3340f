import AWSSigning
import FoundationEssentials

/// The JSON in which programs and endpoints give temporary keys.
///
///     {"Version": 1, "AccessKeyId": "…", "SecretAccessKey": "…", "SessionToken": "…", "Expiration": "2026-01-02T03:04:05Z"}
///
/// Endpoints call the token `Token` and give no version.
struct CredentialDocument: Decodable {
    private let accessKeyId: String
    private let secretAccessKey: String
    private let sessionToken: String?
    private let token: String?
    private let expiration: String?

    private enum CodingKeys: String, CodingKey {
        case accessKeyId = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case sessionToken = "SessionToken"
        case token = "Token"
        case expiration = "Expiration"
    }

    /// The same as STS gives it: `{"Credentials": {…}}`.
    private struct Answer: Decodable {
        let credentials: CredentialDocument

        private enum CodingKeys: String, CodingKey {
            case credentials = "Credentials"
        }
    }

    /// Reads a document; nil for anything else.
    static func credential(_ bytes: some Sequence<UInt8>) -> ExpiringCredential? {
        let data = Data(bytes)
        let decoder = JSONDecoder()
        guard
            let document = (try? decoder.decode(Self.self, from: data))
                ?? (try? decoder.decode(Answer.self, from: data))?.credentials,
            !document.accessKeyId.isEmpty, !document.secretAccessKey.isEmpty
        else { return nil }
        let credential = Credential(
            accessKeyId: document.accessKeyId,
            secretAccessKey: document.secretAccessKey,
            sessionToken: document.sessionToken ?? document.token
        )
        return ExpiringCredential(credential, expiration: document.expiration.flatMap(DateText.iso8601))
    }
}
