import FoundationEssentials
import NIOSSL

/// A certificate for servers on the loopback interface. Its key is public, so that it proves nothing to anybody.
package enum SampleCertificate {
    /// Signed by itself, for `localhost`, 127.0.0.1 and names below `obsidian.test`, `gopro.test` and `aws.test`; made for
    /// simulators only.
    package static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBxzCCAW6gAwIBAgIUYXYvAnPR9BqptTmHmium4mojLe0wCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDA4NTQ0NFoYDzIxMjYxMTA2
        MDg1NDQ0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQI1uv9jvuEgT4H7M3bJl8NRCa9g+IKqIiqCnHzcCmN7ZzDqlSfvmFu
        mZgal+MoTWxI5Kckxj8eP9lpOKoZNkHvo4GbMIGYMB0GA1UdDgQWBBRynG++zjsr
        7Wse3VMxIXPsJPMXfzAfBgNVHSMEGDAWgBRynG++zjsr7Wse3VMxIXPsJPMXfzAP
        BgNVHRMBAf8EBTADAQH/MEUGA1UdEQQ+MDyCCWxvY2FsaG9zdIcEfwAAAYIPKi5v
        YnNpZGlhbi50ZXN0ggwqLmdvcHJvLnRlc3SCCiouYXdzLnRlc3QwCgYIKoZIzj0E
        AwIDRwAwRAIgcMNLRbMkbvoFJoYhq6+DVq7VjeC8Zig7t/4wlIbOHrICIHo4l+w7
        j0OCzM1P5R9qPHFEVYAYw0G54vQcyUJdQgm8
        -----END CERTIFICATE-----
        """

    /// Its key, which is public.
    package static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9dyOLxQm1266Y4vc
        uE2ggXfvLOBAN0Gu5uaLXUIKzpqhRANCAAQI1uv9jvuEgT4H7M3bJl8NRCa9g+IK
        qIiqCnHzcCmN7ZzDqlSfvmFumZgal+MoTWxI5Kckxj8eP9lpOKoZNkHv
        -----END PRIVATE KEY-----
        """

    /// What a server needs to show the certificate.
    ///
    /// - Throws: the error of reading it.
    static func serverContext() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(key)
            )
        )
    }

    /// Writes certificate and key into a folder that exists.
    ///
    /// - Returns: their paths. The certificate is its own root, good for `AWS_CA_BUNDLE`.
    /// - Throws: the error of writing.
    package static func write(to folder: String) throws -> (certificates: String, key: String) {
        let paths = (certificates: folder + "/certificate.pem", key: folder + "/key.pem")
        try Data(certificate.utf8).write(to: URL(filePath: paths.certificates))
        try Data(key.utf8).write(to: URL(filePath: paths.key))
        return paths
    }
}
