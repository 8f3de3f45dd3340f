package import AWSClient
package import HTTPTransport
package import Logging
import SyncCore
package import Tracing

extension AWSClient {
    /// Makes a client with the credentials, the region and the endpoints that the AWS tools would take.
    ///
    /// - Parameters:
    ///   - variables: the environment.
    ///   - region: the region, where it is known otherwise.
    ///   - executor: sends requests.
    ///   - tracer: is told of every call.
    ///   - logger: for what concerns no call in particular.
    /// - Throws: `InvalidConfiguration` naming the variable.
    package convenience init(
        environment variables: [String: String],
        region: Region? = nil,
        executor: any HTTPExecutor,
        tracer: some Tracer = NoOpTracer(),
        logger: Logger
    ) throws {
        do {
            self.init(
                executor: executor,
                credentials: CredentialSelector.standard(variables, executor: executor),
                region: try region ?? Region.fromEnvironment(variables),
                endpoints: try Endpoints(environment: variables),
                tracer: tracer,
                logger: logger
            )
        } catch {
            throw SyncError.mapped(error)
        }
    }
}
