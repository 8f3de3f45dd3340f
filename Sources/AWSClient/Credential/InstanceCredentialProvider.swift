package import HTTPTransport
package import Logging
import NIOCore
import NIOHTTP1

/// The metadata service of an EC2 instance, in its second version: a token is asked for first.
///
/// `AWS_EC2_METADATA_DISABLED=true` switches it off; `AWS_EC2_METADATA_SERVICE_ENDPOINT`, or
/// `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE=IPv6`, says where it is; `AWS_METADATA_SERVICE_TIMEOUT` (seconds, 1 by default) and
/// `AWS_METADATA_SERVICE_NUM_ATTEMPTS` (1 by default) bound how long a machine that is no instance is asked.
package struct InstanceCredentialProvider: CredentialProvider {
    private static let responseLimit = 64 * 1024
    private static let path = "/latest/meta-data/iam/security-credentials/"

    private let environment: [String: String]
    private let executor: any HTTPExecutor

    /// Makes a source over these variables.
    package init(_ environment: [String: String], executor: any HTTPExecutor) {
        self.environment = environment
        self.executor = executor
    }

    package var name: String { "instance" }

    package func credential(logger: Logger) async throws -> ExpiringCredential? {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        let base = try base()
        guard let token = try await token(base, logger) else { return nil }
        guard let roles = try await get(base + Self.path, token, logger) else { return nil }
        let role = String(roles.prefix { !$0.isNewline })
        guard !role.isEmpty, role.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }) else {
            throw failure("the instance's metadata name no role")
        }
        guard let document = try await get(base + Self.path + role, token, logger),
            let found = CredentialDocument.credential(document.utf8)
        else { throw failure("the instance's metadata have no credentials for its role") }
        return found
    }

    private func base() throws -> String {
        if let text = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"], !text.isEmpty {
            guard let endpoint = try? Endpoint(parsing: text) else {
                throw failure("AWS_EC2_METADATA_SERVICE_ENDPOINT must be http(s)://host[:port]")
            }
            return endpoint.base
        }
        let isSix = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
        return isSix ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
    }

    private var timeout: Duration {
        .seconds(environment["AWS_METADATA_SERVICE_TIMEOUT"].flatMap { Double($0) }.map { min(max($0, 0.1), 60) } ?? 1)
    }

    private var attempts: Int {
        environment["AWS_METADATA_SERVICE_NUM_ATTEMPTS"].flatMap { Int($0) }.map { min(max($0, 1), 10) } ?? 1
    }

    /// The token of this session; nil where no metadata service answers: this is no instance.
    private func token(_ base: String, _ logger: Logger) async throws -> String? {
        let request = HTTPRequest(
            method: .PUT,
            url: base + "/latest/api/token",
            headers: ["X-aws-ec2-metadata-token-ttl-seconds": "21600"]
        )
        for _ in 0..<attempts {
            do {
                let answer = try await executor.execute(request, timeout: timeout, logger: logger)
                let body = String(buffer: try await answer.collect(upTo: Self.responseLimit))
                if answer.status == 200, body.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) { return body }
                // Something else than the metadata service is at that address, or it is switched off.
                if answer.status < 500 { return nil }
            } catch is TransportError {
                continue
            }
        }
        return nil
    }

    private func get(_ url: String, _ token: String, _ logger: Logger) async throws -> String? {
        let request = HTTPRequest(url: url, headers: ["X-aws-ec2-metadata-token": token])
        do {
            let answer = try await executor.execute(request, timeout: .seconds(5), logger: logger)
            let body = try await answer.collect(upTo: Self.responseLimit)
            // An instance without a role.
            if answer.status == 404 { return nil }
            guard answer.status == 200 else {
                throw AWSError(
                    .credentialsUnavailable,
                    message: "the instance's metadata service answers with an error",
                    answer: AWSError.Answer(httpStatus: answer.status)
                )
            }
            return String(buffer: body)
        } catch let error as TransportError {
            throw AWSError(error, service: "instance credentials", operation: "")
        }
    }

    private func failure(_ message: String) -> AWSError { AWSError(.credentialsUnavailable, message: message) }
}
