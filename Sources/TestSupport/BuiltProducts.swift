package import Foundation

/// The executables that were built beside the running tests.
package enum BuiltProducts {
    /// The executable of a name, or nil when it is not built.
    ///
    /// It is looked for above the places that the process's arguments and its own executable name.
    package static func url(of name: String) -> URL? {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        for candidate in CommandLine.arguments + [own] {
            var folder = URL(filePath: candidate).deletingLastPathComponent()
            for _ in 0..<4 {
                let url = folder.appending(path: name)
                var isFolder: ObjCBool = false
                if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), !isFolder.boolValue {
                    return url
                }
                folder.deleteLastPathComponent()
            }
        }
        return nil
    }
}
