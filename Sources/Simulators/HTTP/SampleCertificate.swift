import FoundationEssentials

/// A certificate for servers on the loopback interface. Its key is public, so that it proves nothing to anybody.
package enum SampleCertificate {
    /// Signed by itself, for `localhost` and 127.0.0.1; made for simulators only.
    package static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBnDCCAUGgAwIBAgIUSGem09o9fTKvNzYT7HpvaRyISZ4wCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTA4NDgzM1oYDzIxMjYxMDI4
        MDg0ODMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATxA/t7q8s7gaIG6LiTdWT/ozqxvwVNf0hhMr6G5hEREFKST13EYlry
        kNmEUipdZ5QNoQ7MLV6hosf9FXii4QCno28wbTAdBgNVHQ4EFgQUJDLJPwomhvKo
        lAa7leuty+UtMnYwHwYDVR0jBBgwFoAUJDLJPwomhvKolAa7leuty+UtMnYwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSQAwRgIhANPbNzSPIdZf0VywIIX3LO73L060ly1lF29GN3q6T/8BAiEA
        n6OGDQq10po/ufClyrTzrXlKCD9RK8CYWtiz4HOUyHw=
        -----END CERTIFICATE-----
        """

    /// Its key, which is public.
    package static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2SNh9bdrcE+muPXp
        ByisEYPd6U/VU2B15+YvZQP15IyhRANCAATxA/t7q8s7gaIG6LiTdWT/ozqxvwVN
        f0hhMr6G5hEREFKST13EYlrykNmEUipdZ5QNoQ7MLV6hosf9FXii4QCn
        -----END PRIVATE KEY-----
        """

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
