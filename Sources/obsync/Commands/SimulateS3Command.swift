import ArgumentParser
import Foundation
import LambdaRuntime
import Logging
import Simulators

/// `obsync simulate s3`
struct SimulateS3Command: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "s3",
        abstract: "Run a store that speaks S3, for tests and measurements. What it holds is gone when it ends."
    )

    @Option(help: "The port on 127.0.0.1; 0 for any free one.")
    var port: PortArgument = 0

    @Option(help: "A bucket that is there from the beginning; may be given several times.")
    var bucket: [String] = ["bucket"]

    @Option(help: "A folder to keep contents in, instead of memory.")
    var folder: String?

    @Option(
        help:
            "What it is like: aws, plain (no tags, CRC64NVME, trailers or versions) or object-lock (no part without a checksum, versions)."
    )
    var manner = S3Manner.aws

    @Flag(help: "Keep what is replaced or deleted as an earlier version, as the bucket of a deployment does.")
    var versioned = false

    @Flag(help: "Keep no contents above a mebibyte, only lengths and checksums: objects may then have any size.")
    var discard = false

    @Option(help: "How many bytes a second all uploads together may take.")
    var pace: Int?

    @Option(help: "How many milliseconds an answer takes to begin.")
    var latency = 0

    @Option(help: "A PEM file of a certificate chain; with --key, to speak TLS.")
    var certificate: String?

    @Option(help: "The PEM file of the certificate's key.")
    var key: String?

    @Flag(help: "Speak TLS with a certificate of its own, which is written into the temporary folder.")
    var tls = false

    private static let largestKept = 1 << 20

    func validate() throws {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--certificate and --key go together")
        }
        guard !tls || certificate == nil else { throw ValidationError("--tls and --certificate exclude each other") }
        guard !versioned || manner != .plain else { throw ValidationError("a plain store keeps no versions") }
        guard folder == nil || !discard else { throw ValidationError("--folder and --discard exclude each other") }
    }

    func run() async throws {
        var settings = S3Simulator.Configuration()
        settings.port = port.number
        settings.buckets = bucket
        settings.manner = manner
        settings.keepsVersions = versioned
        settings.bytesPerSecondIn = pace
        settings.latency = .milliseconds(latency)
        if let folder {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            settings.retention = .folder(folder)
        }
        if discard { settings.retention = .discarded(above: Self.largestKept) }
        if let certificate, let key { settings.tls = (certificate, key) }
        let own = FileManager.default.temporaryDirectory.appending(path: "obsync-simulator-\(UUID().uuidString)")
        if tls {
            try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
            settings.tls = try SampleCertificate.write(to: own.path(percentEncoded: false))
        }
        defer { if tls { try? FileManager.default.removeItem(at: own) } }
        let configuration = settings
        let root = settings.tls.flatMap { tls ? $0.certificates : nil }
        try await withShutdownSignals {
            let logger = Logger(label: "obsync") { StreamLogHandler.standardError(label: $0) }
            try await withS3Simulator(configuration: configuration, logger: logger) { store in
                StandardStreams.output("S3 simulator listens on \(store.endpoint)")
                StandardStreams.output("  AWS_ENDPOINT_URL_S3=\(store.endpoint)")
                if let root { StandardStreams.output("  AWS_CA_BUNDLE=\(root)") }
                StandardStreams.output("  AWS_REGION=\(configuration.region)")
                StandardStreams.output("  AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing")
                try await Task.sleep(for: .seconds(10 * 365 * 24 * 3600))
            }
        }
    }
}

extension S3Manner: ExpressibleByArgument {}
