import Clocks
import Foundation
import LocalAdapters
import SyncCore

extension Summary {
    /// The value of `metadata.outcome` when another process does the work already.
    static let alreadyRunning = "AlreadyRunning"

    /// The outcome of a command that another process keeps from doing anything: that one does the work.
    init(alreadyRunning holder: FolderLock.Holder?, in place: String) {
        let who = holder.map { "process \($0.process) works on it since \($0.since.iso8601)" }
        self.init(
            success: true,
            message: "Another run mirrors into \(place) already: \(who ?? "it has just started")",
            vaultsSynced: [],
            filesCount: 0,
            errors: [],
            metadata: ["outcome": Self.alreadyRunning]
        )
        metadata["process"] = holder.map { String($0.process) }
        metadata["since"] = holder?.since.iso8601
    }

    /// Whether another process does the work already.
    var isAlreadyRunning: Bool { metadata["outcome"] == Self.alreadyRunning }
}

extension String {
    /// As a shell takes it for one word.
    var shellQuoted: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar.isASCII && scalar.properties.isAlphabetic
                    || "0123456789_-./:@%+=,".unicodeScalars.contains(scalar)
            }
        return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}

extension Summary {
    /// The outcome of a command that a signal has stopped.
    init(interrupted error: Interrupted) {
        self.init(
            success: false,
            message: error.description,
            vaultsSynced: [],
            filesCount: 0,
            errors: [error.description],
            metadata: ["error": "Interrupted", "signal": "\(error.signal)"]
        )
    }
}
