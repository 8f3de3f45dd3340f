import Foundation
import NIOPosix
package import SyncCore

/// The secret as a file that only its owner can read.
///
/// `OBSIDIAN_EMAIL`, `OBSIDIAN_PASSWORD` and `OBSIDIAN_TOTP_SECRET` can stand in for its field `auth`; they are never
/// written to the file.
package struct FileSecretStore: SecretStore {
    private static let largest = 1 << 20
    private static let standIns = [
        ("OBSIDIAN_EMAIL", "email"), ("OBSIDIAN_PASSWORD", "password"), ("OBSIDIAN_TOTP_SECRET", "totp_secret"),
    ]

    private let path: String
    private let environment: [String: String]

    /// Makes a store.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - environment: where stand-ins are looked for.
    package init(path: String, environment: [String: String]) {
        self.path = path
        self.environment = environment
    }

    package func current() async throws -> StoredSecret {
        try await NIOThreadPool.singleton.runIfActive { try readMerged() }
    }

    package func replace(_ secret: Secret, expecting version: String) async throws -> StoredSecret {
        try await NIOThreadPool.singleton.runIfActive {
            try withLock {
                let stored = try read()
                guard stored.version == version else { return try readMerged() }
                try write(withoutStandIns(secret, original: stored.secret))
                return try readMerged()
            }
        }
    }

    private func readMerged() throws -> StoredSecret {
        var stored = try read()
        for (variable, field) in Self.standIns {
            guard let value = environment[variable], !value.isEmpty else { continue }
            stored.secret = stored.secret.setting(.string(value), at: "auth", field)
        }
        return stored
    }

    private func withoutStandIns(_ secret: Secret, original: Secret) -> Secret {
        let hasStandIns = Self.standIns.contains { environment[$0.0]?.isEmpty == false }
        return hasStandIns ? secret.taking("auth", from: original) : secret
    }

    private func read() throws -> StoredSecret {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw SyncError(
                .invalidConfiguration,
                "there is no credentials file at the place that --credentials or OBSYNC_CREDENTIALS names"
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SyncError(.invalidConfiguration, "the credentials file can be read by others; run chmod 600 on it")
        }
        guard status.st_size <= Self.largest, let data = FileManager.default.contents(atPath: path) else {
            throw SyncError(.invalidConfiguration, "the credentials file cannot be read")
        }
        let version = "\(status.st_ino)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)-\(status.st_size)"
        return StoredSecret(secret: try Secret(json: data), version: version)
    }

    private func write(_ secret: Secret) throws {
        let temporary = path + ".new"
        unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unwritable }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(try secret.json))
            try handle.synchronize()
            try handle.close()
        } catch {
            throw unwritable
        }
        guard rename(temporary, path) == 0 else { throw unwritable }
    }

    /// Two processes never write at once.
    private func withLock<Result>(_ body: () throws -> Result) throws -> Result {
        let file = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw unwritable }
        defer { close(file) }
        guard flock(file, LOCK_EX) == 0 else { throw unwritable }
        return try body()
    }

    private var unwritable: SyncError {
        SyncError(.invalidConfiguration, "the credentials file cannot be written; check the permissions of its folder")
    }
}
