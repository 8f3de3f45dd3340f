package import SyncCore
import Synchronization

extension FakeLibrary {
    /// Is asked before a group is taken apart. Time can pass there.
    package typealias GroupHook = @Sendable (Entry) async throws -> Void

    /// Sets what happens before a group is taken apart.
    package func setGroupHook(_ hook: GroupHook?) {
        groupHook.withLock { $0 = hook }
    }

    /// Lists a group, whose files only taking it apart tells.
    ///
    /// - Parameters:
    ///   - path: the group's path, which is a folder.
    ///   - files: the contents by their names in the folder, in the order in which they are told.
    ///   - id: the vault.
    package func addGroup(_ path: VaultPath, of files: [(name: String, bytes: [UInt8])], in id: VaultID) {
        let group = record(.group, path, nil, in: id)
        change(id) { vault in
            vault.groups[group.handle] = files.map { name, bytes in
                let handle = "\(group.handle)/\(name)"
                vault.contents[handle] = bytes
                return Entry(
                    kind: .file,
                    path: VaultPath("\(path.rawValue)/\(name)"),
                    version: group.version,
                    handle: handle,
                    size: Int64(bytes.count),
                    sha256: FingerprintHasher.digest(bytes)
                )
            }
        }
    }

    /// Takes a group apart.
    func files(of group: Entry, in vault: FakeVault) async throws -> GroupFiles {
        if let hook = groupHook.withLock({ $0 }) { try await hook(group) }
        return GroupFiles(vault.groups[group.handle] ?? [])
    }
}
