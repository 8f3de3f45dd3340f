/// The addresses of the services: AWS's own, or what replaces them.
package struct Endpoints: Sendable {
    private var common: Endpoint?
    private var own: [AWSService: Endpoint] = [:]
    /// Where S3's addresses name the bucket.
    package var addressing = S3Addressing.automatic

    /// AWS's own addresses.
    package init() {}

    /// One address for all services, as emulators have it.
    package init(all endpoint: Endpoint) {
        common = endpoint
    }

    /// Takes what the AWS tools take: `AWS_ENDPOINT_URL_<SERVICE>`, else `AWS_ENDPOINT_URL`, else the profile's services
    /// section, else its `endpoint_url`. The profile counts for nothing where `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` or its
    /// own `ignore_configured_endpoint_urls` is true.
    ///
    /// - Throws: ``AWSError`` with ``AWSErrorCode/invalidConfiguration`` naming the variable or setting that cannot be read.
    package init(environment: [String: String], profile: Profile? = nil) throws {
        common = try Self.read("AWS_ENDPOINT_URL", environment)
        let ignores =
            environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? profile?.settings["ignore_configured_endpoint_urls"]
        let profile = ignores?.lowercased() == "true" ? nil : profile
        let configured = try Self.read("endpoint_url", of: profile, profile?.settings ?? [:])
        for service in AWSService.all {
            let suffix = service.environmentSuffix
            own[service] = try Self.read("AWS_ENDPOINT_URL_" + suffix, environment)
            if own[service] == nil, common == nil {
                let name = suffix.lowercased() + ".endpoint_url"
                own[service] = try Self.read(name, of: profile, profile?.services ?? [:]) ?? configured
            }
        }
        if let style = profile?.settings["s3.addressing_style"] {
            guard let addressing = S3Addressing(rawValue: style.lowercased()) else {
                throw profile?.wrong("has an addressing_style that is not auto, path or virtual")
                    ?? AWSError(.invalidConfiguration, message: "addressing_style is wrong")
            }
            self.addressing = addressing
        }
    }

    /// The same, but for one service.
    package func replacing(_ service: AWSService, by endpoint: Endpoint) -> Endpoints {
        var endpoints = self
        endpoints.own[service] = endpoint
        return endpoints
    }

    private static func read(_ name: String, _ environment: [String: String]) throws -> Endpoint? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        do {
            return try Endpoint(parsing: text)
        } catch {
            throw AWSError(.invalidConfiguration, message: "\(name) must be http(s)://host[:port][/path]")
        }
    }

    private static func read(_ name: String, of profile: Profile?, _ settings: [String: String]) throws -> Endpoint? {
        guard let profile, let text = settings[name], !text.isEmpty else { return nil }
        do {
            return try Endpoint(parsing: text)
        } catch {
            throw profile.wrong("has an \(name) that is not http(s)://host[:port][/path]")
        }
    }

    /// What replaces the service's own address, if anything does.
    package func replacement(of service: AWSService) -> Endpoint? {
        own[service] ?? common
    }

    /// Where a service is.
    ///
    /// - Throws: ``AWSError`` when the service's address cannot be used.
    package func endpoint(of service: AWSService, region: Region) throws -> Endpoint {
        if let replacement = replacement(of: service) { return replacement }
        return Endpoint(host: service.name + "." + region.rawValue + "." + region.partition.dnsSuffix)
    }
}
