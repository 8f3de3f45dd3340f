package import HTTPTransport
package import Logging
import NIOCore
import NIOHTTP1

/// The endpoint that ECS, EKS and some tools give to a process.
///
/// `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is a path on 169.254.170.2; `AWS_CONTAINER_CREDENTIALS_FULL_URI` is a whole
/// address, without TLS only on loopback and the two link-local addresses of ECS and EKS. `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`
/// or `AWS_CONTAINER_AUTHORIZATION_TOKEN` go along as they are. The answer:
///
///     {"AccessKeyId": "…", "SecretAccessKey": "…", "Token": "…", "Expiration": "2026-01-02T03:04:05Z"}
package struct ContainerCredentialProvider: CredentialProvider {
    private static let plainHosts: Set<String> = [
        "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
    ]
    private static let responseLimit = 64 * 1024

    private let environment: [String: String]
    private let executor: any HTTPExecutor
    private let readFile: FileReader

    /// Makes a source over these variables.
    package init(
        _ environment: [String: String],
        executor: any HTTPExecutor,
        readFile: @escaping FileReader = CredentialFiles.live
    ) {
        self.environment = environment
        self.executor = executor
        self.readFile = readFile
    }

    package var name: String { "container" }

    package func credential(logger: Logger) async throws -> ExpiringCredential? {
        guard let url = try url() else { return nil }
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let token = try token() { headers.add(name: "Authorization", value: token) }
        do {
            let request = HTTPRequest(url: url, headers: headers)
            let response = try await executor.execute(request, timeout: .seconds(5), logger: logger)
            let body = try await response.collect(upTo: Self.responseLimit)
            guard response.status == 200 else {
                // With its status, so that one that passes is retried like any other.
                throw AWSError(
                    .credentialsUnavailable,
                    message: "the container's credential endpoint answered with an error",
                    answer: AWSError.Answer(httpStatus: response.status)
                )
            }
            guard let found = CredentialDocument.credential(body.readableBytesView) else {
                throw failure("the container's credential endpoint answered something else")
            }
            return found
        } catch let error as AWSError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch let error as TransportError {
            throw AWSError(error, service: "container credentials", operation: "")
        } catch {
            throw failure("the container's credential endpoint answered something else")
        }
    }

    private func url() throws -> String? {
        if let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"], !relative.isEmpty {
            guard relative.hasPrefix("/"), Self.isPlain(relative) else {
                throw failure("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path")
            }
            return "http://169.254.170.2" + relative
        }
        guard let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"], !full.isEmpty else { return nil }
        // The query is no part of what names the host.
        let address = String(full.prefix { $0 != "?" && $0 != "#" })
        guard Self.isPlain(full), let endpoint = try? Endpoint(parsing: address),
            endpoint.isSecure || Self.mayBePlain(endpoint.host)
        else {
            throw failure("AWS_CONTAINER_CREDENTIALS_FULL_URI needs https, but for loopback and the container hosts")
        }
        return full
    }

    private static func mayBePlain(_ host: String) -> Bool {
        plainHosts.contains(host.lowercased()) || Endpoint(isSecure: false, host: host).isLoopback
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private func token() throws -> String? {
        var token: String?
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], !path.isEmpty {
            guard var text = try readFile(path) else {
                throw failure("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names a file that cannot be read")
            }
            while text.last?.isNewline == true { text.removeLast() }
            token = text
        } else {
            token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        }
        guard let token, !token.isEmpty else { return nil }
        guard token.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw failure("the container's authorization token cannot be a header value")
        }
        return token
    }

    private func failure(_ message: String) -> AWSError {
        AWSError(.credentialsUnavailable, message: message)
    }
}
