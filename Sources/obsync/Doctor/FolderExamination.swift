import Foundation
import LocalAdapters
import SyncCore

/// Looks at a folder as a destination. Nothing in it is changed but a trial file in its data folder, which goes again.
struct FolderExamination {
    let folder: LocalFolder

    /// Looks at everything.
    func findings() async -> [Finding] {
        let files = FileManager.default
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
            return [.note("destination", "\(folder.path) is not there yet; the first run makes it")]
        }
        guard isFolder.boolValue else {
            return [.todo("destination", "\(folder.path) is a file; name a folder with --dest")]
        }
        guard files.fileExists(atPath: folder.data) else {
            return [.note("destination", "\(folder.path) holds no mirror yet; the first run makes one")]
                + [state.space(of: folder.path), fileSystem].compactMap(\.self)
        }
        var findings: [Finding] = []
        findings.append(writing)
        findings += [state.space(of: folder.path), fileSystem, links].compactMap(\.self)
        return findings + (await state.databases())
    }

    private var state: StateExamination { StateExamination(place: folder) }

    private var fileSystem: Finding? {
        state.fileSystem(
            of: folder.path,
            onNetwork: "locks and renames may not hold there; let no second machine mirror into the same folder"
        )
    }

    private var writing: Finding {
        let trial = folder.data + "/doctor-\(UUID().uuidString.prefix(8))-Trial"
        guard FileManager.default.createFile(atPath: trial, contents: Data("trial".utf8)) else {
            return .todo("destination", "\(folder.path) cannot be written to: \(String(cString: strerror(errno)))")
        }
        defer { unlink(trial) }
        let isCaseBlind = FileManager.default.fileExists(atPath: folder.data + "/" + trial.lowercasedName)
        return isCaseBlind
            ? .note("destination", "\(folder.path) can be written to; it does not tell upper from lower case")
            : .ok("destination", "\(folder.path) is a mirror, can be written to, and tells upper from lower case")
    }

    /// Links lead out of the mirror, and no run follows them.
    private var links: Finding? {
        var count = 0
        var first: String?
        let keys: [URLResourceKey] = [.isSymbolicLinkKey]
        let walk = FileManager.default.enumerator(at: URL(filePath: folder.path), includingPropertiesForKeys: keys)
        while let url = walk?.nextObject() as? URL {
            guard (try? url.resourceValues(forKeys: Set(keys)))?.isSymbolicLink == true else { continue }
            count += 1
            first = first ?? url.path(percentEncoded: false)
        }
        guard let first else { return .ok("links", "there are none") }
        return .note(
            "links",
            "\(count.counted("symbolic link")) in the mirror, such as \(first.printable); none is followed"
        )
    }
}

extension String {
    fileprivate var lowercasedName: String { URL(filePath: self).lastPathComponent.lowercased() }
}
