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

    @Test(
        "each serves POST /invoke, and ends in peace on SIGTERM",
        arguments: ["Authenticator", "Lister", "Downloader"]
    )
    func serves(_ name: String) async throws {
        let process = try PlainFunction(name, Self.variables)
        defer { process.end() }
        let line = try await process.firstLine()
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
        process.end()
        #expect(process.process.terminationReason == .exit)
        #expect(process.process.terminationStatus == 0)
    }

    @Test(
        "a variable that is missing or wrong is named in one line, and the process ends",
        arguments: ["S3_BUCKET", "STATE_TABLE_NAME", "OBSYNC_SECRET_NAME", "CHUNK_SIZE", "LAMBDA_BATCH_SIZE"]
    )
    func refusesToStart(_ variable: String) async throws {
        var variables = Self.variables
        variables[variable] = variables[variable] == nil ? "many" : nil
        let process = try PlainFunction("Downloader", variables)
        let line = try await process.firstLine()
        try await process.process.ended()
        #expect(process.process.terminationStatus == 1)
        #expect(line.level == "critical")
        #expect(line.errorType == "InvalidConfiguration")
        #expect(line.errorMessage?.contains(variable) == true)
    }
}
