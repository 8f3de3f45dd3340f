import AWSAdapters
import Foundation
import SyncCore
import Synchronization

/// What is remembered of a bucket beside the records: the file `destination.json` of the state folder.
///
///     {"id": "6f1c…", "destination": "bucket/prefix/", "endpoint": "https://nas.lan:9000", "claimed": true,
///      "abilities": {"checksum": "md5", "tags": false, …}}
final class BucketMemory: Sendable {
    /// The content of the file. Fields are only ever added.
    struct Content: Codable, Equatable, Sendable {
        /// Tells this state from every other: the claim in the bucket names it.
        var id: String
        /// Bucket and prefix.
        var destination: String
        /// The address that stands in for AWS's own, where one does.
        var endpoint: String?
        /// Whether the bucket was ever claimed by this state.
        var claimed: Bool?
        /// What the store takes, as far as it has been found out.
        var abilities: StoreAbilities?
    }

    let path: String
    private let lock = Mutex(())

    init(path: String) {
        self.path = path
    }

    /// What the file says; nil where there is none, or none that can be read.
    var content: Content? {
        FileManager.default.contents(atPath: path).flatMap { try? FunctionJSON.decode(Content.self, from: $0) }
    }

    /// Makes the file where there is none.
    ///
    /// - Throws: `InvalidInput` when the folder keeps the state of another place.
    func prepare(for destination: String) throws {
        guard let content else {
            return try write(Content(id: UUID().uuidString.lowercased(), destination: destination))
        }
        guard content.destination == destination else {
            throw SyncError(
                .invalidInput,
                "\(path) says that this folder keeps the records of s3://\(content.destination); name another with --state"
            )
        }
    }

    /// Changes what is remembered.
    ///
    /// - Throws: `StoreUnavailable` when that cannot be written.
    func update(_ change: (inout Content) -> Void) throws {
        try lock.withLock { _ in
            guard var content else { return }
            let before = content
            change(&content)
            if content != before { try write(content) }
        }
    }

    private func write(_ content: Content) throws {
        do {
            try Data(try FunctionJSON.encode(content)).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw SyncError(.storeUnavailable, "\(path) cannot be written; check its permissions and its free space")
        }
    }
}
