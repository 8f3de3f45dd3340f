/// The addresses of the services: AWS's own, or what replaces them.
package struct Endpoints: Sendable {
    private var common: Endpoint?
    private var own: [AWSService: Endpoint] = [:]

    /// AWS's own addresses.
    package init() {}

    /// One address for all services, as emulators have it.
    package init(all endpoint: Endpoint) {
        common = endpoint
    }

    /// Takes `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`; the one for the service wins.
    ///
    /// - Throws: ``AWSError`` with ``AWSErrorCode/invalidConfiguration`` naming the variable that cannot be read.
    package init(environment: [String: String]) throws {
        common = try Self.read("AWS_ENDPOINT_URL", environment)
        for service in AWSService.all {
            own[service] = try Self.read("AWS_ENDPOINT_URL_" + service.environmentSuffix, environment)
        }
    }

    private static func read(_ name: String, _ environment: [String: String]) throws -> Endpoint? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        do {
            return try Endpoint(parsing: text)
        } catch {
            throw AWSError(.invalidConfiguration, message: "\(name) must be http(s)://host[:port][/path]")
        }
    }

    /// What replaces the service's own address, if anything does.
    package func replacement(of service: AWSService) -> Endpoint? {
        own[service] ?? common
    }

    /// Where a service is.
    package func endpoint(of service: AWSService, region: Region) throws -> Endpoint {
        if let replacement = replacement(of: service) { return replacement }
        return Endpoint(host: service.name + "." + region.rawValue + "." + region.partition.dnsSuffix)
    }
}
