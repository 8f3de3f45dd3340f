import AsyncHTTPClient
import NIOCore
import NIOExtras
import NIOHTTPCompression
import NIOPosix
import NIOSSL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension TransportError {
    /// Errors of the library, of NIO and of TLS become ours once, here; a cancellation stays what it is, and so does what
    /// others have made of an error before.
    ///
    /// - Parameters:
    ///   - error: what was thrown.
    ///   - isOfConnecting: whether it was thrown while a connection was made, so that it is no error of a connection.
    /// - Returns: the error to throw.
    static func mapped(_ error: any Error, isOfConnecting: Bool = false) -> any Error {
        if error is CancellationError || error is TransportError { return error }
        if isCertificateRefusal(error) { return certificateRefused }
        if error is NIOHTTPDecompression.DecompressionError {
            return TransportError(.bodyTooLarge, message: "a compressed answer is too large, or cannot be read")
        }
        guard let clientError = error as? HTTPClientError else {
            if isProxyRefusal(error) { return proxyRefused }
            return isOfConnecting || isConnectionFailure(error)
                ? TransportError(.connectionFailed, message: "no connection was made")
                : TransportError(.connectionLost, message: "the connection broke")
        }
        switch clientError {
        case .cancelled:
            return CancellationError()
        case .invalidURL, .emptyHost, .emptyScheme:
            return TransportError(.invalidURL, message: "the address cannot be used")
        case .connectTimeout, .tlsHandshakeTimeout, .httpProxyHandshakeTimeout:
            return TransportError(.connectionFailed, message: "no connection was made in time")
        case .proxyAuthenticationRequired, .invalidProxyResponse:
            return proxyRefused
        case .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout:
            return TransportError(.timedOut, message: "no answer came in time")
        default:
            return TransportError(.connectionLost, message: "the connection broke")
        }
    }

    private static var certificateRefused: TransportError {
        TransportError(
            .certificateRefused,
            message:
                "the server's certificate is not trusted; where it is your own network's, name a PEM file of its root in "
                + "AWS_CA_BUNDLE or SSL_CERT_FILE"
        )
    }

    private static var proxyRefused: TransportError {
        TransportError(
            .connectionFailed,
            message: "the proxy refuses the connection; check HTTPS_PROXY, also for the name and password that it wants"
        )
    }

    /// Whether TLS found nobody to vouch for the server's certificate, or found it to be another server's.
    private static func isCertificateRefusal(_ error: any Error) -> Bool {
        if let error = error as? NIOSSLExtraError { return error == .failedToValidateHostname }
        switch error as? NIOSSLError {
        // The library tells the reasons apart in their text alone.
        case .handshakeFailed(let reason)?: return "\(reason)".contains("CERTIFICATE_VERIFY_FAILED")
        case .unableToValidateCertificate?: return true
        default: return false
        }
    }

    private static func isProxyRefusal(_ error: any Error) -> Bool {
        error is NIOHTTP1ProxyConnectHandler.Error
    }

    /// Whether it is an error of making a connection: name, address, port, or the handshake of TLS.
    private static func isConnectionFailure(_ error: any Error) -> Bool {
        if error is NIOConnectionError || error is NIOSSLExtraError { return true }
        if case .handshakeFailed? = error as? NIOSSLError { return true }
        switch (error as? IOError)?.errnoCode {
        case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH: return true
        default: return false
        }
    }
}
