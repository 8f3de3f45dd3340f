import Clocks
import Foundation
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// Changes a library round by round, and keeps an account of its own of what a mirror of it holds after each.
struct Chronicle {
    /// A file as it is at the source.
    struct Held: Hashable {
        var bytes: [UInt8]
        /// Milliseconds since 1970.
        var mtime: Int64
    }

    /// What a mirror holds after a run.
    struct Page {
        var moment: Timestamp
        /// By the path in the mirror.
        var files: [VaultPath: Held]
        /// Files whose bytes of then are gone, because somebody wrote over them in the mirror.
        var lost: Set<VaultPath> = []
    }

    static let journal = "5b0c9a7e21d84f36a1e7c4d905fb8236"
    static let store = "e83d14b6f0a24c97b25d6e1f7a90c35b"

    /// One name in both Unicode forms, names that differ in case only, folders within folders.
    private static let paths = [
        "a.md", "Caf\u{E9}.md", "Cafe\u{301}.md", "Readme.md", "README.md", "sub/b.md", "sub/deep/c.md",
        "sub/deep/100% + more & less = #1?.md", "日記/春の散歩.md", ".hidden note.md", "no extension", "attachment.bin",
        "Two  spaces, and ‘quotes’.md", "z.md",
    ]

    let library: SimulatedLibrary
    private(set) var pages: [Page] = []
    private var random: SeededGenerator
    /// Files of the mirror that somebody has written over, as they were at the source then.
    private var overwritten: [VaultPath: Held] = [:]

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        var store = SimulatedVault.Configuration(
            id: Self.store,
            name: "Store Room",
            password: "public-demo-managed-key",
            salt: "kL8$wTz3@Rn5^pYc1MvB"
        )
        (store.encryptionVersion, store.isManaged) = (0, true)
        let journal = SimulatedVault.Configuration(
            id: Self.journal,
            name: "Journal",
            password: "harbour-lamp-seven-09",
            salt: "4be07a12c95d48f3a6b17de20c83f951"
        )
        library = SimulatedLibrary(
            account: .init(
                email: SampleLibrary.email,
                password: SampleLibrary.password,
                totpSecret: SampleLibrary.totpSecret
            ),
            vaults: [try SimulatedVault(journal), try SimulatedVault(store)]
        )
    }

    /// What signs in to the library.
    static var secret: Secret {
        DemoSource.sampleSecret.setting(.string("harbour-lamp-seven-09"), at: "vaults", journal, "password")
    }

    /// Whether the mirror holds something that the source never had.
    var isOverwritten: Bool { !overwritten.isEmpty }

    /// Changes the source: files are written, renamed and deleted, and some come back.
    mutating func change() throws {
        for vault in library.vaults {
            for _ in 0..<(pages.isEmpty ? 9 : 3) { write(in: vault) }
            if pages.count.isMultiple(of: 4) { writeOverwritten(in: vault) }
            let live = vault.account().files.map(\.path)
            guard !pages.isEmpty, let old = live.randomElement(using: &random) else { continue }
            let free = Self.paths.filter { path in !live.contains { $0.utf8.elementsEqual(path.utf8) } }
            if Bool.random(using: &random), let new = free.randomElement(using: &random) {
                try vault.rename(old, to: new)
            } else if live.count > 4 {
                try vault.delete(old)
            }
        }
    }

    private mutating func write(in vault: SimulatedVault) {
        guard let path = Self.paths.randomElement(using: &random) else { return }
        let size = path == "attachment.bin" ? 200_000 : Int.random(in: 0...3000, using: &random)
        let letter = UInt8.random(in: 32...126, using: &random)
        let line = Array("round \(pages.count), \(path)\n".utf8)
        vault.write(path, .bytes(size == 0 ? [] : line + [UInt8](repeating: letter, count: size)))
    }

    /// Changes at the source what somebody has written over in the mirror.
    private mutating func writeOverwritten(in vault: SimulatedVault) {
        let folder = vault.configuration.name + "/"
        guard let path = overwritten.keys.sorted().first(where: { $0.rawValue.hasPrefix(folder) }),
            vault.account().files.contains(where: { (folder + $0.path).utf8.elementsEqual(path.rawValue.utf8) })
        else { return }
        vault.write(String(path.rawValue.dropFirst(folder.count)), .text("round \(pages.count), after all\n"))
    }

    /// Writes down what the mirror holds once a run is over.
    ///
    /// - Parameters:
    ///   - moment: the time.
    ///   - isComplete: whether the run looked after everything that is stored.
    ///   - keepsAll: whether the mirror keeps what it held whoever writes over it.
    mutating func close(at moment: Timestamp, isComplete: Bool, keepsAll: Bool = false) {
        let files = current
        for (path, held) in overwritten where files[path] != held {
            overwritten[path] = nil
            for index in pages.indices.reversed() {
                guard pages[index].files[path] == held, !keepsAll else { break }
                pages[index].lost.insert(path)
            }
        }
        if isComplete { overwritten = [:] }
        pages.append(Page(moment: moment, files: files))
    }

    /// A file of the mirror for somebody to write over.
    mutating func overwriteOne() -> VaultPath? {
        let free = pages.last?.files.filter { overwritten[$0.key] == nil } ?? [:]
        guard let path = free.keys.sorted().randomElement(using: &random) else { return nil }
        overwritten[path] = free[path]
        return path
    }

    private var current: [VaultPath: Held] {
        var files: [VaultPath: Held] = [:]
        for vault in library.vaults {
            for file in vault.account().files {
                guard let content = vault.record(uid: file.uid)?.content else { continue }
                let path = VaultPath("\(vault.configuration.name)/\(file.path)")
                files[path] = Held(bytes: content.bytes(), mtime: file.mtime)
            }
        }
        return files
    }
}

extension Chronicle.Page {
    /// What can be had back.
    var kept: [VaultPath: Chronicle.Held] { files.filter { !lost.contains($0.key) } }

    /// Writes it into a folder, for programs that compare folders.
    func write(to folder: String) throws {
        for (path, held) in kept {
            let url = URL(filePath: "\(folder)/\(path.rawValue)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(held.bytes).write(to: url)
        }
    }

    /// Reads a folder as it would have been written down.
    static func files(in folder: String) throws -> [VaultPath: Chronicle.Held] {
        var files: [VaultPath: Chronicle.Held] = [:]
        for case let path as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
            guard attributes[.type] as? FileAttributeType == .typeRegular, !path.hasPrefix(".obsync") else { continue }
            let time = try #require(attributes[.modificationDate] as? Date).timeIntervalSince1970
            files[VaultPath(path)] = Chronicle.Held(
                bytes: Array(try Data(contentsOf: URL(filePath: "\(folder)/\(path)"))),
                mtime: Int64((time * 1000).rounded())
            )
        }
        return files
    }
}
