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
        return try await post("/user/signin", request, as: Response.self, logger).token
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
        _ logger: Logger
    ) async throws -> Response {
        let body = try JSONEncoder().encode(request)
        return try await TransientRetry(attempts: Self.attempts, clock: clock, random: random)(logger) {
            try await postOnce(path, body, as: type, logger)
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
            throw SyncError(.sourceUnavailable, "Obsidian cannot be reached", underlying: error)
        }
    }

    private static func decode<Response: Decodable>(
        _ type: Response.Type,
        status: Int,
        headers: HTTPHeaders,
        _ answer: Data
    ) throws -> Response {
        let decoder = JSONDecoder()
        let json = try? decoder.decode(JSON.self, from: answer)
        if case .string(let text)? = json?.members["error"] { throw ServiceText.error(text) }
        if status == 429 {
            throw SyncError(.throttled, "Obsidian asks for fewer requests", retryAfter: headers.retryAfter)
        }
        guard (200..<300).contains(status) else {
            throw SyncError(.sourceUnavailable, "Obsidian answers with status \(status)")
        }
        guard let response = try? decoder.decode(type, from: answer) else {
            throw json != nil
                ? SyncError(.protocolChanged, "Obsidian's answer lacks a field, or a field has changed its type")
                : SyncError(.sourceUnavailable, "Obsidian's answer is no JSON")
        }
        return response
    }
}
