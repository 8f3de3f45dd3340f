import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

extension TransportError {
    /// Errors of the library, of NIO and of TLS become ours once, here; a cancellation stays what it is.
    static func mapped(_ error: any Error) -> any Error {
        if error is CancellationError || error is TransportError { return error }
        guard let clientError = error as? HTTPClientError else {
            return isConnectionFailure(error)
                ? TransportError(.connectionFailed, message: "no connection was made")
                : TransportError(.connectionLost, message: "the connection broke")
        }
        switch clientError {
        case .cancelled:
            return CancellationError()
        case .invalidURL, .emptyHost, .emptyScheme:
            return TransportError(.invalidURL, message: "the address cannot be used")
        case .connectTimeout, .tlsHandshakeTimeout:
            return TransportError(.connectionFailed, message: "no connection was made in time")
        case .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout:
            return TransportError(.timedOut, message: "no answer came in time")
        default:
            return TransportError(.connectionLost, message: "the connection broke")
        }
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
