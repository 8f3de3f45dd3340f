import FoundationEssentials
import NIOHTTP1

/// The fields of all REST requests; each call reads its own. The token travels in the body.
private struct RESTRequest: Decodable {
    var token: String?
    var email: String?
    var password: String?
    var mfa: String?
    var supportedEncryptionVersion: Int?
    var vaultUID: String?
    var keyHash: String?
    var encryptionVersion: Int?

    private enum CodingKeys: String, CodingKey {
        case token, email, password, mfa
        case supportedEncryptionVersion = "supported_encryption_version"
        case vaultUID = "vault_uid"
        case keyHash = "keyhash"
        case encryptionVersion = "encryption_version"
    }
}

/// An application error: status 200, and this object.
private struct RESTFailure: Encodable {
    let error: String

    static let notLoggedIn = RESTFailure(error: "Not logged in")
}

private struct SignInAnswer: Encodable {
    let token: String
    let email: String
    let name: String
    let license = ""
}

private struct UserInfo: Encodable {
    let uid = "sample-user"
    let name: String
    let email: String
    let mfa: Bool
    let license = ""
    let credit = 0
    let payment = ""
}

private struct Empty: Encodable {}

private struct Subscriptions: Encodable {
    let sync: Bool
}

private struct AccessAnswer: Encodable {
    let allowed = true
    let email: String
    let name: String
    let useruid = 1
}

private struct VaultList: Encodable {
    let vaults: [VaultEntry]
    let shared: [VaultEntry]
    let limit = 10
}

private struct VaultEntry: Encodable {
    let id: String
    let name: String
    let host: String
    let salt: String
    let password: String
    let encryptionVersion: Int?
    let size: Int
    let created: Int64
    let region = "Simulator"
    let shareUID: Int?

    private enum CodingKeys: String, CodingKey {
        case id, name, host, salt, password, size, created, region
        case encryptionVersion = "encryption_version"
        case shareUID = "share_uid"
    }
}

extension ObsidianSimulator {
    /// Answers one POST request.
    func answer(path: String, body: [UInt8]) -> RESTResponse {
        guard let request = try? JSONDecoder().decode(RESTRequest.self, from: Data(body)) else {
            // What the service says to a broken body is not known; status 400 tells a test what it did.
            return Self.json(RESTFailure(error: "Invalid request body"), status: .badRequest)
        }
        if path == "/user/signin" { return signIn(request) }
        let known = ["/user/info", "/user/signout", "/subscription/list", "/vault/list", "/vault/access"]
        guard known.contains(path) else { return Self.json(RESTFailure(error: "Not found"), status: .notFound) }
        guard accepts(token: request.token), let token = request.token else {
            return Self.json(RESTFailure.notLoggedIn)
        }
        switch path {
        case "/user/info":
            let account = library.account
            let info = UserInfo(name: account.name, email: account.email, mfa: account.totpSecret != nil)
            return Self.json(info)
        case "/user/signout":
            library.revoke(token: token)
            return Self.json(Empty())
        case "/subscription/list":
            return Self.json(Subscriptions(sync: library.hasSubscription))
        case "/vault/list":
            return listVaults(supportedVersion: request.supportedEncryptionVersion ?? 0)
        default:
            return access(request)
        }
    }

    private func signIn(_ request: RESTRequest) -> RESTResponse {
        count { $0.signIns += 1 }
        let account = library.account
        guard request.email == account.email, request.password == account.password else {
            return Self.json(RESTFailure(error: "Login failed, please double check your email and password."))
        }
        guard !takeFault(.signInOverloaded) else {
            return Self.json(RESTFailure(error: "Server overloaded, please try again later"))
        }
        if let secret = account.totpSecret {
            guard let code = request.mfa, !code.isEmpty else {
                return Self.json(RESTFailure(error: "Please enter your 2FA code."))
            }
            guard !takeFault(.codeRefused),
                OneTimeCode.accepts(code, secret: secret, unixTime: configuration.unixTime())
            else {
                return Self.json(RESTFailure(error: "2FA code is incorrect."))
            }
        }
        return Self.json(SignInAnswer(token: library.issueToken(), email: account.email, name: account.name))
    }

    /// A vault that is newer than the client says it supports is left out. Nobody knows what the service does there; so a
    /// client that forgets to say what it supports sees its newer vaults missing.
    private func listVaults(supportedVersion: Int) -> RESTResponse {
        let host = announcedHost()
        let version = announcedVersion()
        let visible = library.vaults.filter { vault in
            vault.configuration.encryptionVersion <= supportedVersion
                && !takeFault(.vaultLeft(id: vault.configuration.id))
        }
        func entries(shared: Bool) -> [VaultEntry] {
            visible.filter { $0.configuration.isShared == shared }.map { vault in
                let settings = vault.configuration
                let statesPassword = settings.isManaged || takeFault(.passwordStated(id: settings.id))
                return VaultEntry(
                    id: settings.id,
                    name: settings.name,
                    host: host,
                    salt: settings.salt,
                    password: statesPassword ? settings.password : "",
                    encryptionVersion: version(settings.encryptionVersion),
                    size: vault.storedBytes,
                    created: settings.created,
                    shareUID: shared ? 1 : nil
                )
            }
        }
        return Self.json(VaultList(vaults: entries(shared: false), shared: entries(shared: true)))
    }

    private func access(_ request: RESTRequest) -> RESTResponse {
        guard let id = request.vaultUID, let vault = library.vault(id: id) else {
            return Self.json(RESTFailure(error: "Vault not found."))
        }
        guard request.keyHash == vault.keyHash,
            (request.encryptionVersion ?? 0) == vault.configuration.encryptionVersion
        else { return Self.json(RESTFailure(error: "Wrong vault key, please try again.")) }
        return Self.json(AccessAnswer(email: library.account.email, name: library.account.name))
    }

    static func json(_ value: some Encodable, status: HTTPResponseStatus = .ok) -> RESTResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Plain structures of strings and integers: encoding them cannot fail.
        let body = (try? encoder.encode(value)) ?? Data("{}".utf8)
        return RESTResponse(status: status, contentType: "application/json; charset=utf-8", body: Array(body))
    }
}
