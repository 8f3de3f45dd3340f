import Foundation
import LocalLambda
import SyncCore

/// What `make infra-check` found deployed on the emulator of AWS, as the emulator itself tells it.
///
///     {"state_machine": {"arn": "arn:aws:states:…", "definition": "{…}"},
///      "functions": [{"arn": "arn:aws:lambda:…", "name": "obsync-check-lister", "executable": "…/Lister", "memory": 512,
///                     "timeout": 300, "environment": {"S3_BUCKET": "…"}}],
///      "bucket": "…", "prefix": "mirror/", "table": "…", "secret": "…", "region": "eu-central-1",
///      "calls": "/tmp/calls", "outcomes": "/tmp/outcomes", "metrics": [{"source": "Dashboard", "name": "SyncFailures",
///                   "dimensions": {"Deployment": "obsync-check", "ErrorType": "CorruptContent"}}]}
struct DeployedStack: Decodable, Sendable {
    /// The state machine.
    struct Machine: Decodable {
        var arn: String
        var definition: String
    }

    /// One function, and the executable that its deployed code is.
    struct Function: Decodable {
        var arn: String
        var name: String
        var executable: String
        /// In MB.
        var memory: Int
        /// In seconds.
        var timeout: Int
        var environment: [String: String]

        /// As it is run on this machine.
        func specification(adding variables: [String: String]) -> FunctionSpecification {
            var result = FunctionSpecification(
                name: name,
                executablePath: executable,
                memorySizeInMegabytes: memory,
                timeout: .seconds(timeout)
            )
            result.environment = environment.merging(variables) { deployed, _ in deployed }
            return result
        }
    }

    /// A metric of our namespace that an alarm or the dashboard goes by.
    struct WatchedMetric: Decodable {
        /// The alarm, or the dashboard.
        var source: String
        var name: String
        /// Values by name; null stands for any value.
        var dimensions: [String: String?]

        /// For people.
        var shownDimensions: String {
            dimensions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value ?? "any")" }.joined(separator: ", ")
        }
    }

    var stateMachine: Machine
    var functions: [Function]
    var bucket: String
    /// What the keys of files are to begin with.
    var prefix: String
    var table: String
    var secret: String
    var region: String
    /// The file that the functions' calls of AWS are to be written to.
    var calls: String
    /// The file that the executions' outcomes are to be written to.
    var outcomes: String
    var metrics: [WatchedMetric]

    /// The file that describes it, where there is a deployment to look at.
    static let file = ProcessInfo.processInfo.environment["OBSYNC_TEST_STACK"]

    /// Reads the file.
    init(file: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(contentsOf: URL(filePath: file)))
    }
}
