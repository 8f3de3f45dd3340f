package import NIOSSL

/// How this machine reaches the network: through which proxy, and whose certificates it trusts. It holds for requests,
/// for sockets and for downloads alike.
package struct NetworkSettings: Hashable, Sendable {
    /// A PEM file of certificates, and the variable that names it.
    package struct RootFile: Hashable, Sendable {
        /// The variable, for messages.
        package let variable: String
        /// Where the file is.
        package let path: String
    }

    /// Which connections go through a proxy.
    package var proxies = ProxySettings()
    /// Whose certificates are trusted besides the system's.
    package var extraRoots: [RootFile] = []

    /// No proxy, and the system's roots.
    package init() {}

    /// Reads `AWS_CA_BUNDLE`, `SSL_CERT_FILE` and the variables of ``ProxySettings``.
    ///
    /// - Throws: ``TransportError/Code/invalidConfiguration`` naming the variable. The files of roots are read later.
    package init(environment: [String: String]) throws(TransportError) {
        proxies = try ProxySettings(environment: environment)
        var paths: Set<String> = []
        for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
            guard let path = environment[variable], !path.isEmpty, paths.insert(path).inserted else { continue }
            extraRoots.append(RootFile(variable: variable, path: path))
        }
    }

    /// How TLS is spoken: with the system's roots and the further ones.
    ///
    /// - Throws: ``TransportError/Code/invalidConfiguration`` naming the variable whose file cannot be read.
    package func tlsConfiguration() throws(TransportError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        for file in extraRoots {
            do {
                let certificates = try NIOSSLCertificate.fromPEMFile(file.path)
                tls.additionalTrustRoots.append(.certificates(certificates))
            } catch {
                throw TransportError(
                    .invalidConfiguration,
                    message: "\(file.variable) names a file that holds no readable PEM certificates"
                )
            }
        }
        return tls
    }
}
