import Foundation
import LambdaRuntime
import Logging
import NIOCore
import Synchronization
import TestSupport

@testable import LocalLambda

/// The test function, built beside the test bundle, and a service that runs it.
enum EchoSupport {
    static let executablePath = BuiltProducts.url(of: "EchoFunction")?.path

    static func function(
        timeout: Duration = .seconds(20),
        concurrency: Int = 3,
        environment: [String: String] = [:],
        path: String? = executablePath
    ) throws -> FunctionSpecification {
        guard let path else { throw MissingProduct() }
        var function = FunctionSpecification(
            name: "echo",
            executablePath: path,
            timeout: timeout,
            reservedConcurrency: concurrency
        )
        function.environment = environment
        return function
    }

    static func options(output: @escaping @Sendable (FunctionOutputLine) -> Void = { _ in }) -> LocalLambdaOptions {
        LocalLambdaOptions(
            environment: ["PATH": "/usr/bin:/bin", "INHERITED": "yes"],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            output: output
        )
    }

    static func command(_ action: String, _ value: String? = nil, milliseconds: Int = 0) -> ByteBuffer {
        let value = value.map { #","value":"\#($0)""# } ?? ""
        return ByteBuffer(string: #"{"action":"\#(action)","milliseconds":\#(milliseconds)\#(value)}"#)
    }

    struct MissingProduct: Error {}
}

extension LocalInvocationResult {
    /// The value of the test function's answer.
    var value: String? {
        (try? JSONDecoder().decode([String: String].self, from: Data(payload.readableBytesView)))?["value"]
    }

    var report: LambdaErrorReport? { isFunctionError ? LambdaErrorReport.decode(payload) : nil }
}
