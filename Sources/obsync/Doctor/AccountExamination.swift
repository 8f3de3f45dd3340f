import Clocks
import CredentialFiles
import Foundation
import HTTPTransport
import LocalAdapters
import Logging
import NIOHTTP1
import Providers
import SyncCore

/// Looks at credentials, sign-in, vault passwords and the clock. It reads, and changes nothing anywhere.
struct AccountExamination {
    /// How far the clock may be from the provider's.
    private static let clockTolerance: Duration = .seconds(60)

    let credentials: String?
    let environment: [String: String]
    let executor: any HTTPExecutor
    let logger: Logger
    let clock: any WallClock

    /// Looks at everything, one thing after the other; what cannot be looked at without the one before is left out.
    func findings() async throws -> [Finding] {
        guard let credentials else {
            return [.todo("credentials", "nobody is signed in on this machine: obsync login")]
        }
        let secret: Secret
        let provider: any LibraryProvider
        do {
            secret = try FileSecretStore.read(credentials)
            provider = try LocalFolder.providers(environment: environment, executor: executor, clock: clock)
                .named(in: secret)
        } catch let error as SyncError {
            return [.todo("credentials", error.message)]
        }
        return [.ok("credentials", "\(credentials) is readable by its owner alone, for \(provider.name)")]
            + (try await findings(of: secret, provider))
    }

    /// Looks at what a secret opens.
    ///
    /// - Parameters:
    ///   - secret: the secret, wherever it is kept.
    ///   - provider: the one that it is for.
    /// - Returns: sign-in, vaults and clock.
    /// - Throws: `CancellationError`.
    func findings(of secret: Secret, _ provider: any LibraryProvider) async throws -> [Finding] {
        var findings: [Finding] = []
        let (signIn, isIn) = try await self.signIn(secret, provider)
        findings.append(signIn)
        if isIn { findings += try await vaults(secret, provider) }
        findings.append(try await clockFinding(provider))
        return findings
    }

    private func signIn(_ secret: Secret, _ provider: any LibraryProvider) async throws -> (Finding, Bool) {
        do {
            let facts = try provider.token(in: secret)
            switch try await provider.check(secret, logger: logger) {
            case .valid(let vaults, let end):
                let life = (end ?? facts.expires).map { " until \($0.iso8601)" } ?? ""
                let renewal = facts.isRenewable ? "renewed by itself" : "not renewed by itself"
                return (.ok("sign-in", "the token works\(life) and is \(renewal); \(vaults.counted("vault"))"), true)
            case .refused:
                let finding: Finding =
                    facts.isRenewable
                    ? .note("sign-in", "the token is missing or has run out; the next run signs in by itself")
                    : .todo("sign-in", "the token has run out, and nothing renews it: obsync login")
                return (finding, false)
            }
        } catch let error as SyncError {
            return (error.isRetryable ? .unknown("sign-in", error.message) : .todo("sign-in", error.message), false)
        }
    }

    private func vaults(_ secret: Secret, _ provider: any LibraryProvider) async throws -> [Finding] {
        let vaults: [VaultDescription]
        do {
            vaults = try await provider.describeVaults(secret, logger: logger)
        } catch let error as SyncError {
            return [.unknown("vaults", error.message)]
        }
        var findings: [Finding] = []
        for description in vaults {
            let vault = description.vault
            let subject = "vault \(vault.name.printable)"
            do {
                try await provider.withLibrary(secret, logger: logger) { source in
                    try await source.withVault(vault.id, since: nil) { _ in }
                }
                findings.append(.ok(subject, "can be read"))
            } catch let error as SyncError where [.vaultPasswordWrong, .invalidConfiguration].contains(error.name) {
                findings.append(
                    .todo(subject, "its password is missing or does not fit: obsync login --vault \(vault.id)")
                )
            } catch let error as SyncError {
                findings.append(error.isRetryable ? .unknown(subject, error.message) : .todo(subject, error.message))
            }
        }
        return findings
    }

    /// Compares with the date that the provider's answers bear. One-time codes are good for half a minute.
    private func clockFinding(_ provider: any LibraryProvider) async throws -> Finding {
        guard let description = ProviderDescription.named(provider.name) else {
            return .unknown("clock", "\(provider.name) states no date")
        }
        let url =
            environment[description.addressVariable].flatMap { $0.isEmpty ? nil : $0 } ?? description.usualAddress
        do {
            let answer = try await executor.execute(HTTPRequest(url: url + "/"), timeout: .seconds(10), logger: logger)
            guard let text = answer.headers.first(name: "Date"), let there = HTTPDate.parse(text) else {
                return .unknown("clock", "\(provider.name) states no date")
            }
            let difference = clock.now.duration(to: there)
            let distance = difference < .zero ? .zero - difference : difference
            return distance <= Self.clockTolerance
                ? .ok("clock", "agrees with the provider's")
                : .todo(
                    "clock",
                    "is \(distance.inWords) \(difference < .zero ? "ahead of" : "behind") the provider's; set it by NTP"
                )
        } catch is TransportError {
            return .unknown("clock", "\(provider.name) cannot be reached")
        }
    }
}

/// The date of an HTTP header: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
    static func parse(_ text: String) -> Timestamp? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text).map { Timestamp(milliseconds: Int64($0.timeIntervalSince1970 * 1000)) }
    }
}
