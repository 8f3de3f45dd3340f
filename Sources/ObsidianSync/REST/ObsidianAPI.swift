import Clocks
import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import SyncCore

/// The REST part of the service: every call is a POST with a JSON object, and the token travels in the body.
///
/// An `error` in the answer means failure whatever the status is; the service sends it with status 200.
struct ObsidianAPI: Sendable {
    private static let attempts = 3
    /// The longest wait that is waited here: the shortest function runs for 30 s.
    private static let longestWait: Duration = .seconds(10)
    /// How long nobody signs in after the service asked for quiet. Sign-ins count most.
    static let quietAfterSignIn: Duration = .seconds(300)
    private static let largestAnswer = 8 << 20

    let baseURL: String
    let executor: any HTTPExecutor
    let clock: any WallClock
    let random: @Sendable () -> Double

    /// `POST /user/signin`: `{"email","password","mfa"}`, answered by `{"token", …}`.
    func signIn(email: String, password: String, code: String, _ logger: Logger) async throws -> String {
        struct Response: Decodable { var token: String }
        let request: JSON = .object([
            "email": .string(email), "password": .string(password), "mfa": .string(code),
        ])
        return try await post("/user/signin", request, as: Response.self, logger) { error in
            guard error.name == .throttled else { return error }
            return error.with(retryAfter: max(error.retryAfter ?? .zero, Self.quietAfterSignIn))
        }.token
    }

    /// `POST /vault/list`: own and shared vaults.
    func vaults(token: String, _ logger: Logger) async throws -> [ListedVault] {
        struct Response: Decodable { var vaults, shared: [ListedVault]? }
        let request: JSON = .object(["token": .string(token), "supported_encryption_version": .integer(3)])
        let response = try await post("/vault/list", request, as: Response.self, logger)
        var seen: Set<VaultID> = []
        let shared = (response.shared ?? []).map { vault in
            var vault = vault
            vault.isShared = true
            return vault
        }
        return ((response.vaults ?? []) + shared).filter { seen.insert($0.id).inserted }
    }

    /// `POST /vault/access`: whether the key hash fits the vault.
    func checkAccess(_ vault: ListedVault, keyHash: String, token: String, _ logger: Logger) async throws {
        struct Response: Decodable {}
        let request: JSON = .object([
            "token": .string(token),
            "vault_uid": .string(vault.id.rawValue),
            "keyhash": .string(keyHash),
            "host": .string(vault.host),
            "encryption_version": .integer(Int64(vault.encryptionVersion)),
        ])
        _ = try await post("/vault/access", request, as: Response.self, logger)
    }

    private func post<Response: Decodable>(
        _ path: String,
        _ request: JSON,
        as type: Response.Type,
        _ logger: Logger,
        _ mapping: (SyncError) -> SyncError = { $0 }
    ) async throws -> Response {
        let body = try JSONEncoder().encode(request)
        let retry = TransientRetry(
            attempts: Self.attempts,
            longestWait: Self.longestWait,
            clock: clock,
            random: random
        )
        return try await retry(logger) {
            do {
                return try await postOnce(path, body, as: type, logger)
            } catch let error as SyncError {
                throw mapping(error)
            }
        }
    }

    private func postOnce<Response: Decodable>(
        _ path: String,
        _ body: Data,
        as type: Response.Type,
        _ logger: Logger
    ) async throws -> Response {
        let request = HTTPRequest(
            method: .POST,
            url: baseURL + path,
            headers: [
                "Content-Type": "application/json",
                // Without a User-Agent the service answers 504.
                "User-Agent": "obsync/1.0",
                "Origin": "https://obsidian.md",
            ],
            body: .bytes(ByteBuffer(bytes: body))
        )
        do {
            let response = try await executor.execute(request, timeout: .seconds(25), logger: logger)
            let answer = try await response.collect(upTo: Self.largestAnswer)
            return try Self.decode(
                type,
                status: response.status,
                headers: response.headers,
                Data(answer.readableBytesView)
            )
        } catch let error as TransportError {
            throw SyncError(error, reaching: "Obsidian")
        }
    }

    /// An answer, which is read once: what was asked for, or an error.
    private enum Answer<Response: Decodable>: Decodable {
        case response(Response)
        case error(String)
        /// An object that lacks something.
        case unusable

        private enum CodingKeys: String, CodingKey {
            case error
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let text = try? container.decodeIfPresent(String.self, forKey: .error) {
                self = .error(text)
            } else {
                self = (try? Response(from: decoder)).map { .response($0) } ?? .unusable
            }
        }
    }

    private static func decode<Response: Decodable>(
        _ type: Response.Type,
        status: Int,
        headers: HTTPHeaders,
        _ body: Data
    ) throws -> Response {
        let answer = try? JSONDecoder().decode(Answer<Response>.self, from: body)
        if case .error(let text)? = answer { throw ServiceText.error(text) }
        if status == 429 {
            throw SyncError(.throttled, "Obsidian asks for fewer requests", retryAfter: headers.retryAfter)
        }
        guard (200..<300).contains(status) else {
            throw SyncError(.sourceUnavailable, "Obsidian answers with status \(status)")
        }
        switch answer {
        case .response(let response)?:
            return response
        case nil where (try? JSONDecoder().decode(JSON.self, from: body)) == nil:
            throw SyncError(.sourceUnavailable, "Obsidian's answer is no JSON")
        default:
            throw SyncError(.protocolChanged, "Obsidian's answer lacks a field, or a field has changed its type")
        }
    }
}
