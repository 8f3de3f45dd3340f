import ArgumentParser
import Foundation
import LambdaRuntime
import LocalLambda
import Logging
import NIOCore
import Pipeline
import SyncCore

/// The executables of the functions, which lie beside this one.
enum FunctionExecutables {
    /// What is started, each with the time that it has on AWS, or less.
    static func specifications(timeout: Duration? = nil) throws -> [FunctionSpecification] {
        let own = URL(filePath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        let executable =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .map { URL(filePath: $0) } ?? own
        let folder = executable.deletingLastPathComponent()
        return try PipelineFunction.allCases.map { function in
            let name = function.executable
            let path = folder.appending(path: name).path(percentEncoded: false)
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw SyncError(
                    .invalidConfiguration,
                    "the function \(name) is not built; build it with: swift build --product \(name)"
                )
            }
            return FunctionSpecification(
                name: function.rawValue,
                executablePath: path,
                memorySizeInMegabytes: function.memory,
                timeout: min(function.timeout, timeout ?? function.timeout),
                reservedConcurrency: function.concurrency
            )
        }
    }
}

/// `obsync invoke`
struct InvokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoke",
        abstract: "Hand one event to a function and print its answer.",
        discussion: """
            With --dest the function works on the folder or bucket of a mirror, in this process and without a deployment. Without it the function's \
            own executable is started under a local Runtime API, with the settings of the environment.
            """
    )

    @Argument(help: "authenticator, lister or downloader.")
    var function: String

    @Option(help: "The file that holds the event as JSON; - for standard input.", completion: .file())
    var event: String

    @Option(
        help: "The mirror that the function works on: a folder, or s3://bucket/prefix.",
        completion: .directory
    )
    var dest: String?

    @OptionGroup var placing: PlaceOptions

    @Option(help: "With --dest, the credentials file; or OBSYNC_CREDENTIALS, or the usual one.", completion: .file())
    var credentials: String?

    func run() async throws {
        guard let known = PipelineFunction(rawValue: function.lowercased()) else {
            throw SyncError(
                .invalidInput,
                "there is no function \(function.printable); there are authenticator, lister, downloader"
            )
        }
        let input =
            event == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: event)
        guard let input else { throw SyncError(.invalidInput, "the file \(event) cannot be read") }
        if let dest {
            let invocation = PlaceInvocation(place: try placing.place(dest), credentials: credentials)
            let answer = try await invocation.invoke(known, input)
            StandardStreams.output(answer.text)
            if answer.isError { throw ExitCode.failure }
            return
        }
        let name = function.lowercased()
        let options = LocalLambdaOptions(logger: Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) })
        {
            StandardStreams.error($0.text)
        }
        let result = try await withLocalLambda(functions: try FunctionExecutables.specifications(), options: options) {
            try await $0.invoke(name, ByteBuffer(bytes: input))
        }
        StandardStreams.output(String(buffer: result.payload))
        if result.isFunctionError { throw ExitCode.failure }
    }
}

/// `obsync start-lambda`
struct StartLambdaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start-lambda",
        abstract: "Serve the functions under Lambda's Invoke API, for the AWS CLI, an SDK or an emulator."
    )

    @Option(help: "The port on 127.0.0.1; 0 for any free one.")
    var port: PortArgument = 3001

    @Option(help: "How many seconds an invocation may take at most; what each function has on AWS where it is less.")
    var timeout: Int?

    func validate() throws {
        guard timeout.map({ $0 > 0 }) ?? true else { throw ValidationError("--timeout is at least one second") }
    }

    func run() async throws {
        let specifications = try FunctionExecutables.specifications(timeout: timeout.map { .seconds($0) })
        let options = LocalLambdaOptions(
            port: port.number,
            logger: Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) }
        ) { StandardStreams.error($0.text) }
        try await withShutdownSignals {
            try await withLocalLambda(functions: specifications, options: options) { server in
                StandardStreams.output("Lambda listens on http://127.0.0.1:\(server.port)")
                try await Task.sleep(for: .seconds(10 * 365 * 24 * 3600))
            }
        }
    }
}
