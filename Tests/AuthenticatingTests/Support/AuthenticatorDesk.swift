import TestSupport

@testable import Authenticating
@testable import SyncCore

/// The authenticator over memory, with an account whose tokens rotate or one with a password.
struct AuthenticatorDesk: Sendable {
    let clock: InstantClock
    let account: RotatingAccount
    let library = FakeLibrary()
    let outbox = Outbox()
    let records: MemoryRecordStore
    let recordFaults = Faults<FaultyRecordStore.Operation>()
    let secrets: MemorySecretStore
    var settings = AuthenticateSettings()

    /// An account whose tokens rotate, with a token in the secret that is good for `lifetime`.
    init(lifetime: Duration = .seconds(30 * 24 * 3600), edit: (Secret) -> Secret = { $0 }) {
        clock = InstantClock()
        account = RotatingAccount(clock: clock, lifetime: lifetime)
        records = MemoryRecordStore()
        secrets = MemorySecretStore(edit(account.firstSecret()))
    }

    /// The account with another secret.
    init(_ secret: Secret) {
        self.init(edit: { _ in secret })
    }

    static let password = Secret(["provider": .string("fake"), "auth": .object(["password": .string("s3cret")])])

    func authenticate(_ json: String = "{}") async throws -> AuthenticateOutput {
        try await authenticate(json, secrets: secrets)
    }

    func authenticate(_ json: String, secrets: any SecretStore) async throws -> AuthenticateOutput {
        let authenticate = Authenticate(
            AuthenticatePorts(
                secrets: secrets,
                providers: [FakeProvider(library), RotatingProvider(account)],
                records: FaultyRecordStore(records, fail: recordFaults),
                clock: clock,
                notify: outbox.notify
            ),
            settings: settings,
            allowedBuckets: [],
            makeRunID: { .first }
        )
        let input = try FunctionJSON.decode(AuthenticateInput.self, from: Array(json.utf8))
        return try await authenticate(input, logger: .quiet)
    }

    var current: StoredSecret {
        get async throws { try await secrets.current() }
    }

    /// The event of a run that comes back because a token was refused.
    static func refused(_ version: String?, run: RunID = .first, reauthentications: Int = 0) -> String {
        let version = version.map { "\"\($0)\"" } ?? "null"
        return """
            {"execution": "e", "input": {"run": "\(run)", "request": {}, "cursor": "c", "secret_version": \(version),
             "reauthentications": \(reauthentications), "error": {"Error": "TokenExpired", "Cause": "{}"}}}
            """
    }
}
