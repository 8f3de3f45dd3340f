import Foundation
import SyncCore

/// Whether a folder may be mirrored into: it is ours once it is claimed, and the folders of the first release are.
struct FolderClaim {
    let folder: LocalFolder
    /// The command that goes on in spite of what is there.
    let command: String

    /// What is written into the folder when it is claimed.
    struct Claim: Codable, Equatable {
        var provider: String
        var vaults: [VaultID]
    }

    private var file: String { folder.data + "/claim.json" }

    /// Whether the folder is ours.
    var isClaimed: Bool {
        [file, folder.records].contains { FileManager.default.fileExists(atPath: $0) }
    }

    /// Whether there is anything in the folder that a first run could harm.
    var isEmpty: Bool { entries(folder.path).allSatisfy { $0 == ".obsync" } }

    /// Refuses a folder that an app works in.
    ///
    /// - Throws: `InvalidInput`.
    func checkForLiveVaults() throws {
        for folder in Set([folder.path, realPath(folder.path)]).sorted() {
            var above = URL(filePath: folder).deletingLastPathComponent()
            while above.path(percentEncoded: false) != "/" {
                let path = above.path(percentEncoded: false).withoutSlash
                if isLiveVault(path) {
                    throw refusal("\(self.folder.path) is inside a vault that Obsidian uses (\(path))")
                }
                above = above.deletingLastPathComponent()
            }
        }
        if isLiveVault(folder.path) { throw refusal("\(folder.path) is a vault that Obsidian uses") }
        for name in entries(folder.path).sorted() where isLiveVault("\(folder.path)/\(name)") {
            throw refusal("\(folder.path) holds a vault that Obsidian uses (\(name.printable))")
        }
    }

    /// Refuses a folder where the files of somebody are in the place of a vault's.
    ///
    /// - Parameters:
    ///   - vaults: the vaults that would be mirrored.
    ///   - hasVaultFolders: whether each has a folder; otherwise files lie in folders of years.
    /// - Throws: `InvalidInput`.
    func checkForForeignFiles(_ vaults: [Vault], hasVaultFolders: Bool) throws {
        let names =
            hasVaultFolders
            ? Self.folders(of: vaults)
            : Set(entries(folder.path).filter { $0.utf8.count == 4 && Int($0) != nil })
        for name in names.sorted() where !name.isEmpty && !entries("\(folder.path)/\(name)").isEmpty {
            throw refusal("\(folder.path)/\(name.printable) holds files that Obsync did not write")
        }
    }

    /// The folders that vaults may get, whoever else has one of the same name.
    static func folders(of vaults: [Vault]) -> Set<String> {
        var others = FolderNames(vaults.map { KeyMapping.plainFolder($0.name) })
        return vaults.reduce(into: []) { names, vault in
            let plain = KeyMapping.plainFolder(vault.name)
            others.remove(plain)
            names.formUnion([plain, KeyMapping.folder(for: vault, besides: others)])
            others.insert(plain)
        }
    }

    /// Claims the folder.
    ///
    /// - Throws: `StoreUnavailable` when that cannot be written.
    func make(_ claim: Claim) throws {
        let known = FileManager.default.contents(atPath: file).flatMap {
            try? FunctionJSON.decode(Claim.self, from: $0)
        }
        guard known != claim else { return }
        do {
            try Data(try FunctionJSON.encode(claim)).write(to: URL(filePath: file), options: .atomic)
        } catch {
            throw SyncError(
                .storeUnavailable,
                "\(folder.path) cannot be claimed; check its permissions and its free space"
            )
        }
    }

    private func refusal(_ what: String) -> SyncError {
        SyncError(
            .invalidInput,
            "\(what); name another folder with --dest, or, if it is an old copy, go on with: \(command) --adopt"
        )
    }

    /// A folder with the settings of Obsidian that is no mirror of ours.
    private func isLiveVault(_ path: String) -> Bool {
        let files = FileManager.default
        return files.fileExists(atPath: path + "/.obsidian") && !files.fileExists(atPath: path + "/.obsync")
    }

    /// The path without links, as far as its folders are there.
    private func realPath(_ path: String) -> String {
        let url = URL(filePath: path)
        if FileManager.default.fileExists(atPath: path) || url.pathComponents.count < 2 {
            return url.resolvingSymlinksInPath().path(percentEncoded: false).withoutSlash
        }
        let parent = realPath(url.deletingLastPathComponent().path(percentEncoded: false).withoutSlash)
        return parent + "/" + url.lastPathComponent
    }

    private func entries(_ path: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }
}

extension String {
    fileprivate var withoutSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
