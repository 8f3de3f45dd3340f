import AWSSigning
import FoundationEssentials
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1

/// Signs each attempt with the current credential and time.
struct SigningMiddleware<Next: AWSHandler>: AWSHandler {
    let credentials: any CredentialProvider
    let region: String
    let clock: CorrectedClock
    let next: Next

    func handle(_ request: AWSRequest, context: RequestContext) async throws -> AWSResponse {
        guard let credential = try await credentials.credential(logger: context.logger)?.credential else {
            throw AWSError(
                .noCredentials,
                message: "the credential source has nothing to give",
                service: request.service.name,
                operation: request.operation
            )
        }
        do {
            return try await send(request, signedWith: credential, context)
        } catch let error as AWSError where error.refusal == .credentials && request.isRepeatable {
            // The keys may have run out, and others may have been written meanwhile.
            guard let other = try await credentials.credential(insteadOf: credential, logger: context.logger) else {
                throw error
            }
            context.logger.notice(
                "the credentials are refused; others are used",
                metadata: ["error.type": "\(error.code)"]
            )
            return try await send(request, signedWith: other.credential, context)
        }
    }

    private func send(
        _ request: AWSRequest,
        signedWith credential: Credential,
        _ context: RequestContext
    ) async throws -> AWSResponse {
        let signer = AWSSigner(
            credential: credential,
            service: request.service.name,
            region: request.region?.rawValue ?? region
        )
        let added = signer.signHeaders(
            SigningRequest(
                method: request.method.rawValue,
                host: request.endpoint.authority,
                path: request.endpoint.basePath + request.path,
                query: request.query,
                headers: request.headers.map { (name: $0.name, value: $0.value) },
                payload: payload(of: request)
            ),
            at: SigningDate(unixSeconds: Int64(clock.date.timeIntervalSince1970))
        )
        var signed = request
        for header in added { signed.headers.add(name: header.name, value: header.value) }
        return try await next.handle(signed, context: context)
    }

    /// Over TLS the body of an S3 request needs no second hash; a stream cannot have one beforehand.
    private func payload(of request: AWSRequest) -> PayloadHash {
        if let payload = request.payload { return payload }
        switch request.body {
        case .none:
            return .empty
        case .stream:
            return .unsigned
        case .bytes(let buffer):
            if request.service == .s3 && request.endpoint.isSecure { return .unsigned }
            return buffer.withUnsafeReadableBytes { PayloadHash.sha256($0) }
        }
    }
}
