package import Logging
package import SyncCore

extension Vault {
    /// A vault by the name of `Notes`.
    package static let notes = Vault(id: .notes, name: "Notes", epoch: "epoch-1")
}

extension VaultEpoch: ExpressibleByStringInterpolation {
    /// An epoch as its text stands in records.
    package init(stringLiteral text: String) {
        self.init(rawValue: text)
    }
}

// swift-format-ignore: NeverForceUnwrap
extension VaultID {
    /// The vault of most tests.
    package static let notes = VaultID("notes-id")!
    /// Another vault.
    package static let work = VaultID("work-id")!
}

// swift-format-ignore: NeverForceUnwrap
extension RunID {
    /// A first run.
    package static let first = RunID("run-1")!
    /// The run after it.
    package static let second = RunID("run-2")!
    /// The one after that.
    package static let third = RunID("run-3")!
    /// A fourth run.
    package static let fourth = RunID("run-4")!
    /// A fifth run.
    package static let fifth = RunID("run-5")!
}

extension Logger {
    /// Says nothing.
    package static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension String {
    /// This input in the envelope of an execution named `run-1`.
    package var asEvent: String { "{\"execution\": \"run-1\", \"input\": \(self)}" }
}

extension SyncError.Name: ExpressibleByStringLiteral {
    /// A test says what is stored rather than what the program calls it.
    package init(stringLiteral name: String) {
        self.init(rawValue: name)
    }
}
