import ArgumentParser
import Clocks
import Foundation
import HTTPTransport
import LocalAdapters
import SyncCore

/// `obsync vaults`
struct VaultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vaults",
        abstract:
            "List the account's vaults: size, encryption, whether their password is known, when they were mirrored."
    )

    @Option(
        help: "A mirror (a folder, or s3://bucket/prefix), to tell when each vault was mirrored.",
        completion: .directory
    )
    var dest: String?

    @OptionGroup var placing: PlaceOptions

    @Flag(help: "Print the list as JSON.")
    var json = false

    @OptionGroup var place: SecretOptions
    @OptionGroup var output: LogOptions

    /// One vault, as `--json` prints it.
    struct Line: Codable, Hashable {
        var vaultID: String
        var name: String
        var size: Int64?
        var isShared: Bool
        var encryption: String?
        /// `not needed`, `known` or `missing`.
        var password: String
        var mirrored: String?

        enum CodingKeys: String, CodingKey {
            case name, size, encryption, password, mirrored
            case vaultID = "vault_id"
            case isShared = "shared"
        }

        /// What a terminal shows that is too narrow for a table.
        var paragraph: [String] {
            [
                name.printable, "  \(vaultID)",
                "  \(size?.asSize ?? "of unknown size"), \(isShared ? "shared" : "own"), password \(password)",
                "  \(encryption ?? "of unknown encryption"), " + (mirrored.map { "mirrored \($0)" } ?? "not mirrored"),
            ]
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let logger = try output.makeLogger()
        var place = place
        let mirror = try dest.map { try placing.place($0) }
        if !place.aws {
            let found = CredentialsPlace(option: place.credentials, environment: environment, place: mirror)
            place.credentials = try found.required()
        }
        let options = place
        let lines = try await withTransport(environment) { transport in
            let keeper = try SecretKeeper(
                options,
                placing.store.account,
                environment,
                executor: transport,
                logger: logger
            )
            let providers = try LocalFolder.providers(
                environment: environment,
                executor: transport,
                clock: SystemClock()
            )
            let account = SignedInAccount(providers: providers, store: keeper.store, logger: logger)
            let secret = try await account.secret(try await keeper.store.current().secret)
            let vaults = try await providers.named(in: secret).describeVaults(secret, logger: logger)
            return try await self.lines(of: vaults, secret, mirror)
        }
        if json {
            return StandardStreams.output(String(decoding: try FunctionJSON.encode(["vaults": lines]), as: UTF8.self))
        }
        var table = TextTable(["NAME", "ID", "SIZE", "WHOSE", "PASSWORD", "ENCRYPTION", "MIRRORED"])
        for line in lines {
            table.add([
                line.name.printable, line.vaultID, line.size?.asSize ?? "-", line.isShared ? "shared" : "own",
                line.password, line.encryption ?? "-", line.mirrored ?? "-",
            ])
        }
        let (width, rows) = (StandardStreams.outputWidth, table.lines())
        guard StandardStreams.isOutputATerminal, rows.contains(where: { $0.columns > width }) else {
            return rows.forEach { StandardStreams.output($0) }
        }
        for line in lines { line.paragraph.forEach { StandardStreams.output($0.cut(to: width)) } }
    }

    private func lines(
        of vaults: [VaultDescription],
        _ secret: Secret,
        _ mirror: (any MirrorPlace)?
    ) async throws -> [Line] {
        var records: SQLiteRecordStore?
        if let path = mirror?.records, FileManager.default.fileExists(atPath: path) {
            records = try SQLiteRecordStore(path: path)
        }
        var lines: [Line] = []
        for description in vaults {
            let id = description.vault.id
            let hasPassword = try secret.text("vaults", id.rawValue, "password") != nil
            lines.append(
                Line(
                    vaultID: id.rawValue,
                    name: description.vault.name,
                    size: description.size,
                    isShared: description.isShared,
                    encryption: description.encryption,
                    password: description.needsPassword ? (hasPassword ? "known" : "missing") : "not needed",
                    mirrored: try await records?.state(of: id)?.lastComplete?.iso8601
                )
            )
        }
        return lines
    }
}
