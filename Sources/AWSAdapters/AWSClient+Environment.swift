package import AWSClient
package import HTTPTransport
package import Logging
import SyncCore
package import Tracing

extension AWSClient {
    /// What is given by whoever starts a command, and goes before environment and profile.
    package struct Choices: Sendable {
        /// The profile; nil for the one that the environment names.
        package var profile: String?
        /// The region; nil for the one that environment or profile name.
        package var region: Region?
        /// The address of S3.
        package var s3Endpoint: Endpoint?
        /// Where S3's addresses name the bucket; nil for what the profile says.
        package var addressing: S3Addressing?
        /// The region where nobody names one; nil where that is an error.
        package var usualRegion: Region?
        /// Runs `credential_process` and the AWS CLI; nil where no programs are run, as in a function.
        package var runCommand: CommandRunner?

        /// No choices but the region, if one is given.
        package init(region: Region? = nil) {
            self.region = region
        }
    }

    /// Makes a client with the credentials, the region and the endpoints that the AWS tools would take.
    ///
    /// - Parameters:
    ///   - variables: the environment.
    ///   - choices: what goes before it.
    ///   - timeout: how long the head of one answer may take.
    ///   - deadline: until when whoever calls at the moment has time.
    ///   - executor: sends requests.
    ///   - tracer: is told of every call.
    ///   - logger: for what concerns no call in particular.
    /// - Throws: `InvalidConfiguration` naming the variable or the profile.
    package convenience init(
        environment variables: [String: String],
        _ choices: Choices = Choices(),
        timeout: Duration = .seconds(60),
        deadline: CallDeadline? = nil,
        executor: any HTTPExecutor,
        tracer: some Tracer = NoOpTracer(),
        logger: Logger
    ) throws {
        do {
            let profile = try Profile.load(choices.profile, environment: variables)
            var endpoints = try Endpoints(environment: variables, profile: profile)
            if let s3 = choices.s3Endpoint { endpoints = endpoints.replacing(.s3, by: s3) }
            if let addressing = choices.addressing { endpoints.addressing = addressing }
            self.init(
                executor: executor,
                credentials: CredentialSelector.standard(
                    variables,
                    profile: choices.profile,
                    executor: executor,
                    runCommand: choices.runCommand
                ),
                region: try choices.region ?? Self.region(variables, profile, choices),
                endpoints: endpoints,
                timeout: timeout,
                deadline: deadline,
                tracer: tracer,
                logger: logger
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }

    private static func region(
        _ variables: [String: String],
        _ profile: Profile?,
        _ choices: Choices
    ) throws -> Region {
        let named = [variables["AWS_REGION"], variables["AWS_DEFAULT_REGION"], profile?.region]
        if let usual = choices.usualRegion, named.allSatisfy({ $0?.isEmpty ?? true }) { return usual }
        return try Region.fromEnvironment(variables, profile: profile)
    }
}
