import Logging
import StreamingCrypto
import SyncCore

/// An open vault on one socket.
struct ObsidianSession: VaultSession {
    let pool: SocketPool
    let concurrentFetches: Int
    let keys: VaultKeys
    /// The uid up to which everything was known when the vault was opened; 0 for none.
    let since: Int64
    let logger: Logger

    func list(_ receive: (Entry) async throws -> Void) async throws -> ListingEnd {
        let socket = try await pool.leaseListing()
        do {
            let end = try await list(socket, receive)
            await pool.giveBack(socket)
            return end
        } catch {
            await pool.giveBack(socket)
            throw error
        }
    }

    private func list(_ socket: SyncSocket, _ receive: (Entry) async throws -> Void) async throws -> ListingEnd {
        var largest = since
        while true {
            switch try await socket.next() {
            case .record(let record):
                let entry = try entry(of: record)
                largest = max(largest, entry.version)
                try await receive(entry)
            case .ready(let version):
                await pool.noteKnown(max(largest, version))
                // A cursor ahead of what the service knows belongs to a vault that has been replaced.
                return ListingEnd(
                    isSnapshot: since == 0,
                    cursor: SourceCursor(String(max(largest, version))),
                    wasReplaced: version < since
                )
            default:
                throw SyncError(.protocolChanged, "Obsidian sent something else than a listing")
            }
        }
    }

    func withContent<Result: Sendable>(
        of entry: Entry,
        _ body: (FileContent) async throws -> Result
    ) async throws -> Result {
        guard let uid = Int64(entry.handle) else {
            throw SyncError(.corruptContent, "the handle of a file is none of Obsidian's")
        }
        let socket = try await pool.lease()
        do {
            let content: FileContent
            do {
                content = try await self.content(of: uid, from: socket)
            } catch let error as SyncError {
                throw error.ofOneBody
            }
            let result = try await body(content)
            await pool.giveBack(socket)
            return result
        } catch {
            await pool.giveBack(socket)
            throw error
        }
    }

    private func content(of uid: Int64, from socket: SyncSocket) async throws -> FileContent {
        try await socket.pull(uid: uid)
        switch try await socket.next() {
        case .gone:
            throw SyncError(.sourceGone, "a file is gone at the source")
        case .refused(let text):
            throw pullError(text)
        case .body(size: 0):
            return FileContent(size: 0, stream: BodyStream(socket: nil, key: []))
        case .body(let size):
            guard size >= Int64(BodyDecipher.overhead) else {
                throw SyncError(.corruptContent, "a body is too short to be one")
            }
            let stream = BodyStream(socket: socket, key: keys.contentKey)
            return FileContent(size: size - Int64(BodyDecipher.overhead), stream: stream)
        default:
            throw SyncError(.protocolChanged, "Obsidian sent something else than the answer to pull")
        }
    }

    /// An error that the service does not explain in known words concerns this file only.
    private func pullError(_ text: String) -> SyncError {
        let error = ServiceText.error(text)
        guard error.name == .protocolChanged || error.name == .invalidInput else { return error }
        return SyncError(.corruptContent, "Obsidian refuses to give out a file")
    }

    /// A record as an entry. Snapshots have no tombstones, but where one comes it outdates older records of its path.
    private func entry(of record: SocketMessage) throws -> Entry {
        guard let uid = record.uid, let sealedPath = record.path else {
            throw SyncError(.protocolChanged, "Obsidian sent a record without uid or path")
        }
        let isDeleted = record.deleted ?? false
        let kind: Entry.Kind = isDeleted ? .deletion : record.folder ?? false ? .folder : .file
        guard let path = try? keys.nameCipher.open(sealedPath) else { return unreadable(record, uid, sealedPath) }
        var entry = Entry(kind: kind, path: VaultPath(path), version: uid, handle: String(uid))
        guard kind == .file else { return entry }
        // A hash that cannot be deciphered is one that no content has: such a file is refused, not taken on trust.
        let hash = (try? keys.nameCipher.open(record.hash ?? "")) ?? ""
        entry.sha256 = hash.utf8.count == 64 ? hash.lowercased() : ""
        entry.size = try record.size.map(Self.contentSize)
        entry.mtime = record.mtime.flatMap { $0 > 0 ? Timestamp(milliseconds: $0) : nil }
        if let related = record.relatedpath, !related.isEmpty, let previous = try? keys.nameCipher.open(related) {
            entry.previousPath = VaultPath(previous)
        }
        return entry
    }

    /// The size of a body's content. No file of the service comes near the largest size that is believed.
    private static func contentSize(_ size: Int64) throws -> Int64 {
        guard (0...(1 << 40)).contains(size) else {
            throw SyncError(.protocolChanged, "Obsidian names a size that no file can have")
        }
        return size == 0 ? 0 : max(0, size - Int64(BodyDecipher.overhead))
    }

    /// A record whose path cannot be deciphered. Its stand-in goes by the sealed path, so that later versions and the
    /// deletion of the same file find it.
    private func unreadable(_ record: SocketMessage, _ uid: Int64, _ sealedPath: String) -> Entry {
        logger.warning("record cannot be deciphered", metadata: [LogKey.itemVersion: "\(uid)"])
        var hasher = SHA256Hasher()
        hasher.update(Array(sealedPath.utf8))
        return Entry(
            kind: record.deleted ?? false ? .deletion : .unreadable,
            path: .standIn(handle: String(hasher.hexDigest().prefix(32))),
            version: uid,
            handle: String(uid)
        )
    }
}

/// A body from the socket, deciphered as it is pulled. Without a socket it is empty.
struct BodyStream: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let socket: SyncSocket?
    let key: [UInt8]

    func makeAsyncIterator() -> Iterator {
        Iterator(socket: socket, decipher: BodyDecipher(key: key))
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var socket: SyncSocket?
        fileprivate var decipher: BodyDecipher

        mutating func next() async throws -> [UInt8]? {
            while let socket {
                let (bytes, isLast) = try await piece(from: socket)
                do {
                    let content = try decipher.update(bytes)
                    if isLast {
                        self.socket = nil
                        try decipher.finish()
                    }
                    if !content.isEmpty { return content }
                } catch {
                    throw SyncError(.corruptContent, "a body cannot be deciphered", underlying: error)
                }
            }
            return nil
        }

        private func piece(from socket: SyncSocket) async throws -> (bytes: [UInt8], isLast: Bool) {
            do {
                guard case .bytes(let bytes, let isLast) = try await socket.next() else {
                    throw SyncError(.protocolChanged, "Obsidian sent something else than a body")
                }
                return (bytes, isLast)
            } catch let error as SyncError {
                throw error.ofOneBody
            }
        }
    }
}

extension SyncError {
    /// The same error where it came of one body. What is no answer, or no body, costs the other files nothing: the next one
    /// is asked for on another socket.
    fileprivate var ofOneBody: SyncError {
        guard name == .protocolChanged else { return self }
        return SyncError(.corruptContent, "Obsidian does not give out a file as the protocol says", underlying: self)
    }
}
