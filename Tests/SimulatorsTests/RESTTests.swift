import Logging
import NIOHTTP1
import Testing

@testable import Simulators

@Suite("The REST interface", .timeLimit(.minutes(10)))
struct RESTTests {
    static let right = #"{"email":"a@example.com","password":"pass","mfa":""}"#

    @Test("a sign-in gives a token, which info accepts until it is signed out")
    func tokenLifetime() async throws {
        try await withTestVault(try SimulatedVault(TestVault.configuration())) { simulator, client, _ in
            let answer = try await client.post("/user/signin", Self.right)
            #expect(answer.status == 200)
            #expect(answer.contentType.hasPrefix("application/json"))
            let token = try #require(try answer.json()["token"]?.string)
            let fields = #"{"token":"\#(token)"}"#
            #expect(try await client.post("/user/info", fields).json()["email"]?.string == "a@example.com")
            #expect(try await client.post("/subscription/list", fields).json()["sync"]?.bool == true)
            #expect(try await client.post("/user/signout", fields).text == "{}")
            #expect(try await client.post("/user/info", fields).json()["error"]?.string == "Not logged in")
            #expect(simulator.counters.signIns == 2)
            #expect(simulator.counters.restRequests["/user/info"] == 2)
        }
    }

    @Test("wrong credentials are refused with status 200 and an error")
    func wrongCredentials() async throws {
        try await withTestVault(try SimulatedVault(TestVault.configuration())) { _, client, _ in
            let answer = try await client.post("/user/signin", #"{"email":"a@example.com","password":"no"}"#)
            #expect(answer.status == 200)
            let error = try #require(try answer.json()["error"]?.string)
            #expect(error.contains("Login failed, please double check your email and password"))
        }
    }

    @Test("an account with one-time codes asks for one, and checks it")
    func oneTimeCode() async throws {
        var configuration = ObsidianSimulator.Configuration()
        configuration.unixTime = { 59 }
        let account = SimulatedLibrary.Account(
            email: "a@example.com",
            password: "pass",
            totpSecret: "JBSWY3DPEHPK3PXP"
        )
        try await withObsidianSimulator(
            library: SimulatedLibrary(account: account, vaults: []),
            configuration: configuration,
            logger: TestVault.logger
        ) { simulator in
            let client = TestClient(simulator)
            let missing = try #require(try await client.post("/user/signin", Self.right).json()["error"]?.string)
            #expect(missing.contains("2FA code") && !missing.contains("incorrect"))
            func signIn(_ code: String) async throws -> JSON {
                try await client.post(
                    "/user/signin",
                    #"{"email":"a@example.com","password":"pass","mfa":"\#(code)"}"#
                ).json()
            }
            #expect(try #require(try await signIn("000000")["error"]?.string).contains("2FA code is incorrect"))
            #expect(try await signIn("996554")["token"]?.string != nil)
        }
    }

    @Test("the list has own and shared vaults apart, and a password for managed ones only")
    func vaultList() async throws {
        var managed = SimulatedVault.Configuration(id: "m", name: "Managed", password: "known", salt: "s1")
        managed.isManaged = true
        managed.encryptionVersion = 0
        var shared = SimulatedVault.Configuration(id: "s", name: "Shared", password: "p", salt: "s2")
        shared.isShared = true
        let own = TestVault.configuration()
        let library = TestVault.library(
            try SimulatedVault(own),
            try SimulatedVault(managed),
            try SimulatedVault(shared)
        )
        try await withObsidianSimulator(library: library, logger: TestVault.logger) { simulator in
            let client = TestClient(simulator)
            let token = try await client.token()
            let list = try await client.post(
                "/vault/list",
                #"{"token":"\#(token)","supported_encryption_version":3}"#
            ).json()
            let vaults = try #require(list["vaults"]?.array)
            #expect(vaults.map { $0["name"]?.string } == ["Test", "Managed"])
            #expect(vaults.map { $0["password"]?.string } == ["", "known"])
            #expect(vaults.map { $0["encryption_version"]?.int } == [3, 0])
            #expect(vaults[0]["host"]?.string == "127.0.0.1:\(simulator.port)")
            #expect(vaults[0]["salt"]?.string == "some salt")
            #expect(list["shared"]?.array?.map { $0["id"]?.string } == ["s"])

            let old = try await client.post("/vault/list", #"{"token":"\#(token)"}"#).json()
            #expect(old["vaults"]?.array?.map { $0["id"]?.string } == ["m"])
        }
    }

    @Test("access tells whether the key hash is right")
    func access() async throws {
        let vault = try SimulatedVault(TestVault.configuration())
        try await withTestVault(vault) { _, client, token in
            func access(_ id: String, _ keyHash: String) async throws -> JSON {
                try await client.post(
                    "/vault/access",
                    """
                    {"token":"\(token)","vault_uid":"\(id)","keyhash":"\(keyHash)","host":"h","encryption_version":3}
                    """
                ).json()
            }
            #expect(try await access(TestVault.id, vault.keyHash)["allowed"]?.bool == true)
            let wrong = try await access(TestVault.id, "00")["error"]?.string
            #expect(wrong == "Wrong vault key, please try again.")
            #expect(try await access("other", vault.keyHash)["error"]?.string == "Vault not found.")
        }
    }

    @Test("without a User-Agent there is only a page with status 504, for sockets too")
    func userAgent() async throws {
        try await withTestVault(try SimulatedVault(TestVault.configuration())) { simulator, client, _ in
            let answer = try await client.post("/user/signin", Self.right, userAgent: nil)
            #expect(answer.status == 504)
            #expect(answer.contentType.hasPrefix("text/html"))
            let refusal = await #expect(throws: TestClient.NotUpgraded.self) {
                try await client.withSocket(userAgent: nil) { _ in }
            }
            #expect(refusal?.status == 504)
            #expect(simulator.counters.requestsWithoutUserAgent == 2)
        }
    }

    @Test("only POST is served, only known paths, only JSON")
    func limits() async throws {
        try await withTestVault(try SimulatedVault(TestVault.configuration())) { _, client, token in
            let get = try await client.request(.GET, "/user/info")
            #expect(get.status == 405)
            #expect(try await client.post("/user/nothing", #"{"token":"\#(token)"}"#).status == 404)
            #expect(try await client.post("/user/info", "no json").status == 400)
            #expect(try await client.post("/vault/list", "{}").json()["error"]?.string == "Not logged in")
        }
    }

    @Test("faults: overloaded once, a page with status 503, refused and revoked tokens")
    func faults() async throws {
        try await withTestVault(try SimulatedVault(TestVault.configuration())) { simulator, client, token in
            simulator.inject(.signInOverloaded)
            let overloaded = try await client.post("/user/signin", Self.right).json()["error"]?.string
            #expect(overloaded == "Server overloaded, please try again later")
            #expect(try await client.post("/user/signin", Self.right).json()["token"] != nil)

            simulator.inject(.restUnavailable)
            let unavailable = try await client.post("/user/info", "{}")
            #expect(unavailable.status == 503)
            #expect(unavailable.text.contains("<html>"))

            let fields = #"{"token":"\#(token)"}"#
            simulator.inject(.tokenRefused)
            #expect(try await client.post("/user/info", fields).json()["error"]?.string == "Not logged in")
            #expect(try await client.post("/user/info", fields).json()["error"] == nil)
            simulator.library.revokeTokens()
            #expect(try await client.post("/user/info", fields).json()["error"]?.string == "Not logged in")
            #expect(simulator.faults.isEmpty)
        }
    }
}
