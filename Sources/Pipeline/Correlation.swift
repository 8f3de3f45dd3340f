package import Logging
import SyncCore

/// What tells where an event belongs: the execution, the run, the vault and the batch, as far as it names them.
///
/// It is read leniently, for it has to be known of events that are refused as well.
package struct Correlation: Decodable, Sendable {
    private var execution: String?
    private var run: RunID?
    private var vault: VaultID?
    private var batch: Int?

    /// Reads an event; what is no JSON names nothing.
    package init(event: some Collection<UInt8>) {
        self = (try? FunctionJSON.decode(Correlation.self, from: event)) ?? Correlation()
    }

    private init() {}

    package init(from decoder: any Decoder) throws {
        let event = try JSON(from: decoder)
        // The authenticator's event has the run in an envelope, where it goes on with one.
        let members = (event.members["input"]?.members ?? [:]).merging(event.members) { $1 }
        // An execution's name has up to 80 characters.
        execution = Self.text(members["execution"]).map { String($0.prefix(80)) }
        run = Self.text(members["run"]).flatMap { RunID($0) }
        let reference = members["batch"]?.members ?? [:]
        vault = Self.text(reference["vault_id"]).flatMap { VaultID($0) }
        if case .integer(let number)? = reference["number"] { batch = Int(exactly: number) }
    }

    /// The same as metadata of log lines.
    package var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        metadata[LogKey.execution] = execution.map { "\($0)" }
        metadata[LogKey.run] = run.map { "\($0)" }
        metadata[LogKey.vault] = vault.map { "\($0)" }
        metadata[LogKey.batch] = batch.map { "\($0)" }
        return metadata
    }

    private static func text(_ value: JSON?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }
}
