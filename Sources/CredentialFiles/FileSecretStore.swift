import NIOPosix
package import SyncCore

/// The secret as a file that only its owner can read.
///
/// A staged value is a file beside it, `<name>.pending-<version that it follows>`, which becomes current by being renamed.
/// Every file is written whole and reaches the disk before it gets its name; writers hold the lock `<name>.lock`.
///
/// `OBSIDIAN_EMAIL`, `OBSIDIAN_PASSWORD` and `OBSIDIAN_TOTP_SECRET` can stand in for the field `auth`; they are never
/// written to a file.
package struct FileSecretStore: SecretStore {
    /// The variables, and the field of `auth` that each stands in for.
    package static let standIns: [(Setting, field: String)] = [
        (.obsidianEmail, "email"), (.obsidianPassword, "password"), (.obsidianSecondFactor, "totp_secret"),
    ]

    private let path: String
    private let environment: [String: String]

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - path: the file, or a symbolic link to it.
    ///   - environment: where stand-ins are looked for.
    package init(path: String, environment: [String: String]) {
        self.path = path
        self.environment = environment
    }

    /// Reads the secret of a file, without stand-ins.
    ///
    /// - Throws: `InvalidConfiguration` naming the file.
    package static func read(_ path: String) throws(SyncError) -> Secret {
        try SecretFiles(path).current().secret
    }

    /// Makes the file, in a folder that only its owner can read where there is none yet. One that is there is replaced.
    ///
    /// - Throws: `InvalidConfiguration` naming the file.
    package static func create(_ secret: Secret, at path: String) throws {
        try SecretFiles(path).create(secret)
    }

    /// Removes the file and what is staged beside it.
    ///
    /// - Throws: `InvalidConfiguration` naming the file.
    package static func remove(_ path: String) throws {
        try SecretFiles(path).removeAll()
    }

    package func current() async throws -> StoredSecret {
        try await NIOThreadPool.singleton.runIfActive { merged(try files.current()) }
    }

    package func staged(after version: String) async throws -> StoredSecret? {
        try await NIOThreadPool.singleton.runIfActive { try files.staged(after: version).map(merged) }
    }

    package func stage(_ secret: Secret, after version: String) async throws -> StoredSecret {
        try await NIOThreadPool.singleton.runIfActive {
            try files.withLock {
                let bare = hasStandIns ? secret.taking("auth", from: try files.current().secret) : secret
                return merged(try files.stage(bare, after: version))
            }
        }
    }

    package func makeCurrent(_ staged: StoredSecret, insteadOf version: String) async throws -> Bool {
        try await NIOThreadPool.singleton.runIfActive {
            try files.withLock { try files.makeCurrent(staged.version, insteadOf: version) }
        }
    }

    private var files: SecretFiles { SecretFiles(path) }

    private var hasStandIns: Bool {
        Self.standIns.contains { environment[$0.0.variable]?.isEmpty == false }
    }

    private func merged(_ stored: StoredSecret) -> StoredSecret {
        var stored = stored
        for (setting, field) in Self.standIns {
            guard let value = environment[setting.variable], !value.isEmpty else { continue }
            stored.secret = stored.secret.setting(.string(value), at: "auth", field)
        }
        return stored
    }
}
