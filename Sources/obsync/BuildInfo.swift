import CBuildInfo

/// The version, the commit and the kind of build, as `--version` prints them.
enum BuildInfo {
    static let version = "0.1.0"

    /// The commit; nil where the build was not told. `make` tells release builds.
    static var commit: String? {
        let commit = String(cString: obsync_commit())
        return commit.isEmpty ? nil : commit
    }

    static var kind: String {
        #if DEBUG
            "debug build"
        #else
            "release build"
        #endif
    }

    /// Such as `0.1.0 (commit 762829d, release build)`.
    static var text: String {
        "\(version) (\(commit.map { "commit \($0)" } ?? "commit not stated"), \(kind))"
    }
}
