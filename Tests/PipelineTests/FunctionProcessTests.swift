import Foundation
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import SyncCore
import TestSupport
import Testing

/// The executables by themselves, without a Runtime API.
@Suite("functions as plain processes", .tags(.integration))
struct FunctionProcessTests {
    private static let variables = [
        "PATH": "/usr/bin:/bin", "LOCAL_LAMBDA_PORT": "0", "AWS_REGION": "eu-central-1", "S3_BUCKET": "bucket",
        "STATE_TABLE_NAME": "table", "OBSYNC_SECRET_NAME": "secret",
    ]

    private struct Line: Decodable {
        var level: String
        var message: String
        var url: String?
        var errorType: String?
        var errorMessage: String?

        private enum CodingKeys: String, CodingKey {
            case level, message, url
            case errorType = "error.type"
            case errorMessage = "error.message"
        }
    }

    private func start(_ name: String, _ variables: [String: String]) throws -> (Process, Pipe) {
        let process = Process()
        let executable: URL = try #require(BuiltProducts.url(of: name), "\(name) is not built")
        process.executableURL = executable
        process.environment = variables
        let log = Pipe()
        process.standardError = log
        try process.run()
        return (process, log)
    }

    private func firstLine(_ log: Pipe) throws -> Line {
        var text = Data()
        while !text.contains(UInt8(ascii: "\n")) {
            let some = log.fileHandleForReading.availableData
            try #require(!some.isEmpty, "the process ended without a line")
            text += some
        }
        return try JSONDecoder().decode(Line.self, from: text.prefix { $0 != UInt8(ascii: "\n") })
    }

    @Test(
        "each serves POST /invoke, and ends in peace on SIGTERM",
        arguments: ["Authenticator", "Lister", "Downloader"]
    )
    func serves(_ name: String) async throws {
        let (process, log) = try start(name, Self.variables)
        defer { if process.isRunning { process.terminate() } }
        let line = try firstLine(log)
        #expect(line.message == "local server listens")
        let url = try #require(line.url)
        #expect(url.hasPrefix("http://127.0.0.1:"))
        try await AsyncHTTPClientTransport.with { transport in
            let event = #"{"action": "mirror", "run": 7}"#
            let answer = try await transport.execute(
                HTTPRequest(method: .POST, url: url, body: .bytes(ByteBuffer(string: event))),
                timeout: .seconds(30),
                logger: quietLogger
            )
            let report = try JSONDecoder().decode(
                [String: JSON].self,
                from: Data(try await answer.collect(upTo: 1 << 16).readableBytesView)
            )
            #expect((400..<600).contains(answer.status))
            #expect(report["errorType"] == .string("InvalidInput"))
        }
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
    }

    @Test(
        "a variable that is missing or wrong is named in one line, and the process ends",
        arguments: ["S3_BUCKET", "STATE_TABLE_NAME", "OBSYNC_SECRET_NAME", "CHUNK_SIZE", "LAMBDA_BATCH_SIZE"]
    )
    func refusesToStart(_ variable: String) throws {
        var variables = Self.variables
        variables[variable] = variables[variable] == nil ? "many" : nil
        let (process, log) = try start("Downloader", variables)
        let line = try firstLine(log)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(line.level == "critical")
        #expect(line.errorType == "InvalidConfiguration")
        #expect(line.errorMessage?.contains(variable) == true)
    }
}
