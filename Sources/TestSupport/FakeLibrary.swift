import Clocks
package import SyncCore
import Synchronization

/// A provider's account as plain values: vaults with histories of changes, and the faults it has at the moment.
///
/// It is changed as people change their libraries, and read through a ``FakeProvider``.
package final class FakeLibrary: Sendable {
    /// One vault.
    package struct FakeVault: Sendable {
        /// The vault as it is listed.
        package var vault: Vault
        /// Every change, in the order in which they happened; versions ascend.
        package var changes: [Entry] = []
        /// What can be fetched, by handle.
        package var contents: [String: [UInt8]] = [:]
        /// The files of groups, by the handles of the groups.
        package var groups: [String: [Entry]] = [:]
        /// Why the vault cannot be opened, if it cannot.
        package var refusal: SyncError?
        fileprivate var version: Int64 = 0

        /// The newest entry of each path.
        package var newest: [VaultPath: Entry] {
            Dictionary(changes.map { ($0.path, $0) }) { _, later in later }
        }

        /// The files that exist, with their contents.
        package var files: [VaultPath: [UInt8]] {
            newest.compactMapValues { $0.kind == .file ? contents[$0.handle] : nil }
        }
    }

    /// What is wrong with the account at the moment.
    package struct Faults: Sendable {
        /// A listing breaks off after so many entries.
        package var cutListingAfter: Int?
        /// Whether a listing can be gone on with in another session; otherwise it comes in one piece.
        package var listsInStretches = false
        /// A session breaks in the middle of these files, so many times each.
        package var breaks: [VaultPath: Int] = [:]
        /// What is sent instead of a file's content.
        package var corruptions: [VaultPath: [UInt8]] = [:]
        /// After so many more contents the token is refused.
        package var contentsUntilTokenExpires: Int?
        /// Whether incremental listings say that the library was replaced.
        package var reportsReplacement = false
        /// How a body's size is announced.
        package var announcesSizes = true
        /// How many bodies are given at once.
        package var concurrentFetches = 1
        /// Whether bodies can be read from any offset.
        package var givesRanges = false

        /// Nothing is wrong.
        package init() {}
    }

    fileprivate struct State {
        var vaults: [FakeVault] = []
        var faults = Faults()
        var tokens: Set<String> = []
        var tokensIssued = 0
        var acceptsPassword = true
        var contentsSent = 0
        var sessions = 0
        var ranges = 0
        var rangeBytes: Int64 = 0
    }

    fileprivate let state = Mutex(State())
    /// Runs before a content is sent: time can pass there, or another run interfere.
    private let beforeContent = Mutex(Hook())

    /// In a struct, because a bare closure would be wrapped once more at every look into the mutex.
    private struct Hook {
        var body: (@Sendable (Entry) async throws -> Void)?
    }

    let rangeHook = Mutex<RangeHook?>(nil)
    let groupHook = Mutex<GroupHook?>(nil)
    let beforeOpening = Mutex<(@Sendable () async throws -> Void)?>(nil)

    /// Makes an account without vaults and without a valid token.
    package init() {}

    /// The vaults as they are.
    package var vaults: [FakeVault] { state.withLock { $0.vaults } }

    /// One vault.
    package func vault(_ id: VaultID) -> FakeVault? { vaults.first { $0.vault.id == id } }

    /// Contents that were sent whole.
    package var contentsSent: Int { state.withLock { $0.contentsSent } }

    /// Vaults that were opened.
    package var sessions: Int { state.withLock { $0.sessions } }

    /// Ranges that were asked for.
    package var rangesAsked: Int { state.withLock { $0.ranges } }

    /// Bytes that were sent in ranges.
    package var rangeBytesSent: Int64 { state.withLock { $0.rangeBytes } }

    /// Tokens that were given out.
    package var tokensIssued: Int { state.withLock { $0.tokensIssued } }

    /// Changes what is wrong with the account.
    package func setFaults(_ change: (inout Faults) -> Void) {
        state.withLock { change(&$0.faults) }
    }

    /// Sets what runs before each content is sent.
    package func setBeforeContent(_ body: (@Sendable (Entry) async throws -> Void)?) {
        beforeContent.withLock { $0.body = body }
    }

    /// Accepts a token.
    package func accept(token: String) {
        state.withLock { _ = $0.tokens.insert(token) }
    }

    /// Accepts no token that was given out so far.
    package func expireTokens() {
        state.withLock { $0.tokens = [] }
    }

    /// Decides whether signing in works.
    package func setAcceptsPassword(_ accepts: Bool) {
        state.withLock { $0.acceptsPassword = accepts }
    }
}

extension FakeLibrary {
    /// Adds an empty vault.
    package func addVault(_ vault: Vault) {
        state.withLock { $0.vaults.append(FakeVault(vault: vault)) }
    }

    /// Removes a vault from the account.
    package func removeVault(_ id: VaultID) {
        state.withLock { $0.vaults.removeAll { $0.vault.id == id } }
    }

    /// Changes a vault in any way that the other functions have no name for.
    package func change(_ id: VaultID, _ body: (inout FakeVault) -> Void) {
        state.withLock { state in
            guard let index = state.vaults.firstIndex(where: { $0.vault.id == id }) else { return }
            body(&state.vaults[index])
        }
    }

    /// Writes a file.
    ///
    /// - Returns: the entry that lists it.
    @discardableResult
    package func write(_ bytes: [UInt8], to path: VaultPath, in id: VaultID, statesHash: Bool = true) -> Entry {
        record(.file, path, bytes, in: id, statesHash: statesHash, previousPath: nil)
    }

    /// Makes a folder.
    package func makeFolder(_ path: VaultPath, in id: VaultID) {
        record(.folder, path, nil, in: id)
    }

    /// Deletes what is at a path.
    package func delete(_ path: VaultPath, in id: VaultID) {
        record(.deletion, path, nil, in: id)
    }

    /// Lists something whose name cannot be read.
    package func addUnreadable(handle: String, in id: VaultID) {
        record(.unreadable, .standIn(handle: handle), nil, in: id)
    }

    /// Renames a file; its content stays.
    package func rename(_ old: VaultPath, to new: VaultPath, in id: VaultID) {
        guard let bytes = vault(id)?.files[old] else { return }
        record(.deletion, old, nil, in: id)
        record(.file, new, bytes, in: id, previousPath: old)
    }

    /// Throws away what can be fetched of a path, although it is listed still.
    package func loseContent(of path: VaultPath, in id: VaultID) {
        change(id) { vault in
            if let handle = vault.newest[path]?.handle { vault.contents[handle] = nil }
        }
    }

    /// Puts another library in the place of a vault: versions begin anew, and the epoch is another one.
    package func replace(_ id: VaultID, epoch: VaultEpoch) {
        change(id) { vault in
            vault = FakeVault(vault: Vault(id: id, name: vault.vault.name, epoch: epoch))
        }
    }

    @discardableResult
    func record(
        _ kind: Entry.Kind,
        _ path: VaultPath,
        _ bytes: [UInt8]?,
        in id: VaultID,
        statesHash: Bool = true,
        previousPath: VaultPath? = nil
    ) -> Entry {
        var entry = Entry(kind: kind, path: path, version: 0, handle: "", previousPath: previousPath)
        change(id) { vault in
            vault.version += 1
            entry.version = vault.version
            entry.handle = String(vault.version)
            if let bytes {
                entry.size = Int64(bytes.count)
                entry.sha256 = statesHash ? FingerprintHasher.digest(bytes) : nil
                entry.mtime = Timestamp(milliseconds: 1_700_000_000_000 + vault.version)
                vault.contents[entry.handle] = bytes
            }
            vault.changes.append(entry)
        }
        return entry
    }
}

extension FakeLibrary {
    func check(_ token: String?) -> Bool {
        state.withLock { state in token.map(state.tokens.contains) ?? false }
    }

    func signIn() throws -> String {
        try state.withLock { state in
            guard state.acceptsPassword else {
                throw SyncError(.authenticationFailed, "the account's password is wrong")
            }
            state.tokensIssued += 1
            let token = "token-\(state.tokensIssued)"
            state.tokens.insert(token)
            return token
        }
    }

    func open(_ id: VaultID) async throws -> FakeVault {
        if let hook = beforeOpening.withLock({ $0 }) { try await hook() }
        return try state.withLock { state in
            guard let vault = state.vaults.first(where: { $0.vault.id == id }) else {
                throw SyncError(.invalidInput, "the account has no such vault")
            }
            if let refusal = vault.refusal { throw refusal }
            state.sessions += 1
            return vault
        }
    }

    var faults: Faults { state.withLock { $0.faults } }

    /// What is sent for an entry.
    func content(of entry: Entry, in id: VaultID) async throws -> FileContent {
        if let hook = beforeContent.withLock({ $0.body }) { try await hook(entry) }
        return try state.withLock { state in
            if let left = state.faults.contentsUntilTokenExpires {
                guard left > 0 else {
                    state.faults.contentsUntilTokenExpires = nil
                    state.tokens = []
                    throw SyncError(.tokenExpired, "the token is refused")
                }
                state.faults.contentsUntilTokenExpires = left - 1
            }
            guard let vault = state.vaults.first(where: { $0.vault.id == id }),
                let bytes = vault.contents[entry.handle]
            else { throw SyncError(.sourceGone, "the file is gone") }
            let sent = state.faults.corruptions[entry.path] ?? bytes
            let size = state.faults.announcesSizes ? Int64(sent.count) : nil
            let ranges =
                state.faults.givesRanges ? FakeRanges(library: self, entry: entry, bytes: sent, vault: id) : nil
            if let left = state.faults.breaks[entry.path], left > 0 {
                state.faults.breaks[entry.path] = left - 1
                let failure = SyncError(.sourceUnavailable, "the session broke")
                let half = sent.prefix(sent.count / 2)
                return FileContent(size: size, stream: Replay(half, chunkSize: 100_000, failure: failure))
            }
            state.contentsSent += 1
            return FileContent(size: size, stream: Replay(sent, chunkSize: 100_000), ranges: ranges)
        }
    }
}

extension FakeLibrary {
    /// Notes a range that is asked for.
    ///
    /// - Returns: its number, from 1.
    func noteRange() -> Int {
        state.withLock { state in
            state.ranges += 1
            return state.ranges
        }
    }

    func noteRangeBytes(_ count: Int) {
        state.withLock { $0.rangeBytes += Int64(count) }
    }
}
