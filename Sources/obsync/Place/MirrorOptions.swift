import ArgumentParser
import SyncCore

/// Which mirror a command is about: one that this machine keeps, named by `--dest`, or that of a deployment on AWS.
struct MirrorOptions: ParsableArguments {
    /// What is meant.
    enum Mirror {
        /// A folder, or a bucket with its records here.
        case place(any MirrorPlace)
        /// A deployment.
        case deployment(DeploymentChoice)
    }

    @Option(help: "The mirror: a folder, or s3://bucket/prefix.", completion: .directory)
    var dest: String?

    @OptionGroup var placing: PlaceOptions
    @OptionGroup var naming: StackOptions

    func validate() throws {
        guard dest == nil || !naming.isGiven else {
            throw ValidationError(
                "--dest names a mirror of this machine, and --aws and --stack a deployment; take one"
            )
        }
    }

    /// The deployment, where one is named.
    var deployment: DeploymentChoice? {
        let account = placing.store.account
        let isNamed = naming.isGiven || account.profile != nil || account.region != nil
        return dest == nil && isNamed ? DeploymentChoice(naming: naming, account: account) : nil
    }

    /// What was said.
    ///
    /// - Throws: `InvalidInput` where nothing was, or it names no place.
    func mirror() throws -> Mirror {
        if let dest { return .place(try placing.place(dest)) }
        guard let deployment else {
            throw SyncError(.invalidInput, "no place is named; use --dest, or --aws for the deployment on AWS")
        }
        return .deployment(deployment)
    }
}
