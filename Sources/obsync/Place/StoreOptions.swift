import ArgumentParser
import Foundation
import SyncCore

/// How the store of a bucket is reached.
struct StoreOptions: ParsableArguments {
    @Option(
        name: .customLong("endpoint-url"),
        help: "The address of a store other than AWS's, such as https://nas.lan:9000; it is remembered."
    )
    var endpointURL: String?

    @Flag(help: "Name the bucket in the path of every address.")
    var pathStyle = false

    @Flag(help: "Take an address that begins with http:// and is not of this machine.")
    var insecure = false

    @OptionGroup var account: AccountOptions

    /// What was said.
    var settings: StoreSettings {
        StoreSettings(
            endpointURL: endpointURL,
            pathStyle: pathStyle,
            insecure: insecure,
            profile: account.profile,
            region: account.region
        )
    }
}

/// Where a mirror is that this machine keeps, beside what `--dest` says.
struct PlaceOptions: ParsableArguments {
    @Option(
        help: """
            A folder of this machine for the records of the mirror; it is remembered. Without it they are in the folder's .obsync, or, \
            for a bucket and where that is on a network file system, under XDG_STATE_HOME.
            """,
        completion: .directory
    )
    var state: String?

    @OptionGroup var store: StoreOptions

    /// The place that a command line names.
    ///
    /// - Parameters:
    ///   - text: what `--dest` says.
    ///   - environment: names the folder for the state of programs.
    /// - Returns: the folder or the bucket.
    /// - Throws: `InvalidInput` for what is neither.
    func place(
        _ text: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> any MirrorPlace {
        if let state { try FolderName.check(state, option: "--state") }
        switch try MirrorAddress(text) {
        case .folder(let path):
            guard store.settings == StoreSettings() else {
                throw SyncError(
                    .invalidInput,
                    "--endpoint-url, --path-style, --insecure, --profile and --region go with a bucket; name one as "
                        + "s3://bucket/prefix"
                )
            }
            return LocalFolder(path, state: state)
        case .bucket(let bucket, let prefix):
            return BucketPlace(bucket, prefix: prefix, state: state, settings: store.settings, environment: environment)
        }
    }
}

/// The name of a folder, as somebody gives it.
enum FolderName {
    /// Refuses what is certainly not meant: a variable that is not set, an address.
    ///
    /// - Throws: `InvalidInput`.
    static func check(_ path: String, option: String) throws(SyncError) {
        guard path.contains(where: { !$0.isWhitespace }) else {
            throw SyncError(.invalidInput, "\(option) is empty; name a folder, and ./ for the one you are in")
        }
        guard path.firstMatch(of: /^[A-Za-z][A-Za-z0-9+.\-]*:\/\//) == nil, !path.lowercased().hasPrefix("s3:") else {
            throw SyncError(.invalidInput, "\(option) names an address; it has to be a folder of this machine")
        }
    }
}
