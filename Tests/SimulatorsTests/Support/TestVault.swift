import FoundationEssentials
import Logging
import Simulators

/// A small library: one vault, an account without one-time codes.
enum TestVault {
    static let id = "00000000000000000000000000000001"

    static func configuration(encryptionVersion: Int = 3) -> SimulatedVault.Configuration {
        var configuration = SimulatedVault.Configuration(id: id, name: "Test", password: "secret", salt: "some salt")
        configuration.encryptionVersion = encryptionVersion
        return configuration
    }

    static func library(_ vaults: SimulatedVault...) -> SimulatedLibrary {
        SimulatedLibrary(account: .init(email: "a@example.com", password: "pass"), vaults: vaults)
    }

    static let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

    static func initMessage(
        token: String,
        vault: SimulatedVault,
        version: Int64 = 0,
        initial: Bool = true,
        keyHash: String? = nil
    ) -> String {
        """
        {"op":"init","token":"\(token)","id":"\(vault.configuration.id)","keyhash":"\(keyHash ?? vault.keyHash)",\
        "version":\(version),"initial":\(initial),"device":"tests",\
        "encryption_version":\(vault.configuration.encryptionVersion)}
        """
    }
}

extension TestSocket {
    /// The answer to `init` is taken as read; the records up to `ready`, and the version of `ready`.
    func open(
        _ vault: SimulatedVault,
        token: String,
        version: Int64 = 0,
        initial: Bool = true
    ) async throws -> (records: [JSON], version: Int64) {
        try await send(TestVault.initMessage(token: token, vault: vault, version: version, initial: initial))
        let answer = try await text()
        guard answer["res"]?.string == "ok" else { throw Unexpected(event: .text(answer)) }
        var records: [JSON] = []
        while true {
            let message = try await text()
            if message["op"]?.string == "ready" { return (records, message["version"]?.int ?? -1) }
            records.append(message)
        }
    }

    /// Pulls a body: the answer and the pieces.
    func pull(_ uid: Int64) async throws -> (answer: JSON, pieces: [[UInt8]]) {
        try await send(#"{"op":"pull","uid":\#(uid)}"#)
        let answer = try await text()
        var pieces: [[UInt8]] = []
        for _ in 0..<(answer["pieces"]?.int ?? 0) {
            let event = try await next()
            guard case .binary(let piece) = event else { throw Unexpected(event: event) }
            pieces.append(piece)
        }
        return (answer, pieces)
    }
}

/// Runs a simulator with one vault, and a client that is signed in.
func withTestVault(
    _ vault: SimulatedVault,
    configuration: ObsidianSimulator.Configuration = .init(),
    _ body: (ObsidianSimulator, TestClient, String) async throws -> Void
) async throws {
    try await withObsidianSimulator(
        library: TestVault.library(vault),
        configuration: configuration,
        logger: TestVault.logger
    ) { simulator in
        let client = TestClient(simulator)
        try await body(simulator, client, try await client.token())
    }
}
