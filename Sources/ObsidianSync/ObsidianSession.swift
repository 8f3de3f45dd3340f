import Logging
import SyncCore

/// An open vault on one socket.
struct ObsidianSession: VaultSession {
    let pool: SocketPool
    let concurrentFetches: Int
    let keys: VaultKeys
    /// The uid up to which everything was known when the vault was opened; 0 for none.
    let since: Int64
    let logger: Logger

    /// The service names no order of its records, so a listing that was cut cannot be gone on with by uid: a smaller one may have
    /// been still to come. It is always read in one piece.
    func list(
        from place: ListingPlace?,
        while goesOn: () -> Bool,
        _ receive: (Entry) async throws -> Void
    ) async throws -> ListingStretch {
        let socket = try await pool.leaseListing()
        do {
            var received = 0
            let end = try await list(socket) { entry in
                received += 1
                if received.isMultiple(of: 1000), !goesOn() { throw SyncError.listingInOnePiece }
                try await receive(entry)
            }
            await pool.giveBack(socket)
            return .ended(end)
        } catch {
            await pool.giveBack(socket)
            throw error
        }
    }

    private func list(_ socket: SyncSocket, _ receive: (Entry) async throws -> Void) async throws -> ListingEnd {
        var largest = since
        var reader = RecordReader(cipher: keys.nameCipher, logger: logger)
        while true {
            switch try await socket.next() {
            case .record(let record):
                let entry = reader.entry(of: record)
                largest = max(largest, entry.version)
                try await receive(entry)
            case .ready(let version):
                reader.report()
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
        let answer = try await socket.next()
        if let other = await socket.takeSurplus() {
            // That body was whole: its tag and its hash say so.
            logger.warning("a body came with more frames than announced", metadata: [LogKey.itemVersion: "\(other)"])
        }
        switch answer {
        case .gone:
            throw SyncError(.sourceGone, "a file is gone at the source")
        case .refused(let text):
            throw pullError(text)
        case .body(size: 0):
            return content(size: 0, BodyStream(socket: nil, key: []))
        case .body(let size):
            guard size >= Int64(BodyDecipher.overhead) else {
                throw SyncError(.corruptContent, "a body is too short to be one")
            }
            let stream = BodyStream(socket: socket, key: keys.contentKey)
            return content(size: size - Int64(BodyDecipher.overhead), stream)
        default:
            throw SyncError(.protocolChanged, "Obsidian sent something else than the answer to pull")
        }
    }

    /// Tag and hash vouch for a body, so the size that comes with it is right whatever the listing says.
    private func content(size: Int64, _ stream: BodyStream) -> FileContent {
        var content = FileContent(size: size, stream: stream)
        content.correctsListing = true
        return content
    }

    /// An error that the service does not explain in known words concerns this file only.
    private func pullError(_ text: String) -> SyncError {
        let error = ServiceText.error(text)
        guard error.name == .protocolChanged || error.name == .invalidInput else { return error }
        return SyncError(.corruptContent, "Obsidian refuses to give out a file\(ServiceText.quoted(text))")
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
