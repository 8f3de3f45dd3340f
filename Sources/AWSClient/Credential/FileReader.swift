import FoundationEssentials

/// Reads a small file whole; nil when there is none. Tests put a dictionary in its place.
package typealias FileReader = @Sendable (_ path: String) throws -> String?

/// The files that credentials come from.
package enum CredentialFiles {
    /// No such file is larger in earnest.
    private static let limit = 1 << 20

    /// Reads from the file system.
    package static let live: FileReader = { path in
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        guard data.count <= limit, let text = String(validating: data, as: UTF8.self) else {
            throw AWSError(.credentialsUnavailable, message: "a credentials file is not readable text")
        }
        return text
    }
}
