import Clocks
import SyncCore

/// The claim on a bucket: a small object under the prefix that names the state which mirrors into it.
///
/// A machine that has lost its state and a second machine look alike: the bucket knows another state. So somebody has to say
/// once that the bucket goes over.
struct BucketClaim {
    /// The claim's object: `{"state": "6f1c…", "since": "2026-11-30T03:15:00.000Z"}`.
    struct Content: Codable, Equatable, Sendable {
        var state: String
        var since: Timestamp
    }

    /// What is to be done about a claim.
    enum Answer: Equatable {
        /// The bucket is ours, and says so.
        case ours
        /// Nobody has claimed it: to be claimed, once it is known what lies there.
        case free
        /// It was ours, and its claim has gone: the bucket may have been emptied.
        case vanished
        /// It goes over to us.
        case takenOver
    }

    static let key = ".obsync/claim.json"

    let store: any ObjectStore
    /// What people call the bucket.
    let name: String

    /// What the bucket says.
    ///
    /// - Throws: `StoreUnavailable` and the like; `ProtocolChanged` for a claim that cannot be read.
    func content() async throws -> Content? {
        guard let stream = try await store.read(ObjectKey(Self.key), from: 0) else { return nil }
        var bytes: [UInt8] = []
        var chunks = stream.makeAsyncIterator()
        while let chunk = try await chunks.next(isolation: nil), bytes.count < 64 << 10 { bytes += chunk }
        guard let content = try? FunctionJSON.decode(Content.self, from: bytes) else {
            throw SyncError(
                .protocolChanged,
                "the object \(Self.key) of \(name) is no claim that this version reads; look for a newer version of Obsync"
            )
        }
        return content
    }

    /// Compares the bucket's claim with what this machine knows.
    ///
    /// - Parameters:
    ///   - memory: what this machine knows.
    ///   - endpoint: the address of the store now.
    ///   - takesOver: whether somebody has said that the bucket goes over.
    ///   - command: the command that goes on without `--take-over`.
    /// - Returns: what is to be done.
    /// - Throws: `InvalidInput` for a bucket of another state; what reading it throws.
    func answer(
        _ memory: BucketMemory.Content,
        endpoint: String?,
        takesOver: Bool,
        command: String
    ) async throws -> Answer {
        guard let found = try await content() else {
            guard memory.claimed == true else { return .free }
            guard memory.endpoint == endpoint else {
                throw SyncError(
                    .invalidInput,
                    "the records here are of \(name) at \(memory.endpoint ?? "AWS"), and at \(endpoint ?? "AWS") nobody knows of "
                        + "them; name a state of its own for this one with --state FOLDER"
                )
            }
            return .vanished
        }
        if found.state == memory.id { return .ours }
        if takesOver { return .takenOver }
        let since = found.since.iso8601
        throw SyncError(
            .invalidInput,
            memory.claimed == true
                ? "another machine has taken \(name) over, on \(since); if this one is to have it again, go on with: \(command) --take-over"
                : "\(name) is mirrored into by another machine, or by one whose state is lost, since \(since); if that one does so no "
                    + "more, go on with: \(command) --take-over"
        )
    }
}
