import Foundation

/// Programs that lie beside the Python of the tests.
enum TestTools {
    /// Their folder; nil where there is none.
    static let folder = ProcessInfo.processInfo.environment["OBSYNC_TEST_TOOLS"]

    /// Whether one is there.
    static func has(_ name: String) -> Bool {
        folder.map { FileManager.default.isExecutableFile(atPath: $0 + "/" + name) } ?? false
    }
}
