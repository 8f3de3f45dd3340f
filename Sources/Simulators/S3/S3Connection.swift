import NIOCore
import NIOHTTP1
import Synchronization

/// Serves the requests of one connection, one after the other.
struct S3Connection {
    let simulator: S3Simulator

    func run(_ connection: HTTPListener.Connection) async throws {
        let channel = connection.channel
        try await connection.executeThenClose { inbound, outbound in
            var parts = inbound.makeAsyncIterator()
            while let part = try await parts.next(isolation: #isolation) {
                guard case .head(let head) = part else { continue }
                let exchange = S3Exchange(simulator: simulator, head: head, channel: channel, outbound: outbound)
                guard try await exchange.serve(&parts) else { return }
            }
        }
    }
}

/// What is known of a request once its head was found good.
struct S3Admission: Sendable {
    let request: S3Request
    let operation: S3Operation
    let claims: S3BodyClaims
    let faults: Set<S3Fault>
}

extension S3Simulator {
    /// Notes a request.
    func note(_ head: HTTPRequestHead) -> Int {
        let request = try? S3Request(head, below: configuration.basePath)
        let operation = request.flatMap { try? S3Operation($0) }
        return state.withLock { state in
            let entry = S3LogEntry(
                number: state.log.count + 1,
                operation: operation,
                bucket: request?.bucket ?? "",
                key: request?.key?.text ?? "",
                partNumber: request?.parameter("partNumber").flatMap { Int($0) }
            )
            state.log.append(entry)
            return entry.number
        }
    }

    func log(_ number: Int, _ change: (inout S3LogEntry) -> Void) {
        state.withLock { change(&$0.log[number - 1]) }
    }

    /// The faults that strike a request at one of its moments.
    func faults(at moment: S3Moment) -> Set<S3Fault> {
        let (director, planned) = state.withLock { state in
            (state.director, moment.isDone ? [] : state.plan.take(moment.operation))
        }
        let faults = planned.union(director?(moment).map { [$0] } ?? [])
        if !faults.isEmpty { log(moment.number) { $0.faults.formUnion(faults) } }
        return faults
    }

    /// Checks everything that can be checked before the body is there.
    func admit(_ head: HTTPRequestHead, faults: Set<S3Fault>) throws(S3Refusal) -> S3Admission {
        var request = try S3Request(head, below: configuration.basePath)
        let verifier = SignatureVerifier(
            credentials: configuration.credentials,
            region: state.withLock { $0.region },
            now: configuration.unixTime(),
            acceptsUnsignedPayload: configuration.takesLoopbackForTLS || configuration.tls != nil
        )
        let payload = try verifier.verify(request)
        let operation = try S3Operation(request)
        let (store, isDenied) = state.withLock { ($0.store, $0.denied.contains(operation)) }
        if isDenied { throw .accessDenied }
        try state.withLock { $0.lacks }.apply(to: &request, operation)
        if let owner = request.header("x-amz-expected-bucket-owner"), owner != configuration.owner {
            throw .accessDenied
        }
        if operation.storesBody { try checkLength(request) }
        try store.admit(operation, request)
        // At the completion of an upload the checksum is that of the object, not that of the request's body.
        var bodyRequest = request
        if operation == .completeMultipartUpload {
            for algorithm in S3ChecksumAlgorithm.allCases { bodyRequest.headers.remove(name: algorithm.header) }
        }
        var claims = try S3BodyClaims(bodyRequest, payload: payload)
        if operation == .uploadPart { claims.wanted = try store.openUpload(for: request).algorithm }
        return S3Admission(request: request, operation: operation, claims: claims, faults: faults)
    }

    private func checkLength(_ request: S3Request) throws(S3Refusal) {
        let decoded = request.header("x-amz-decoded-content-length").flatMap { Int64($0) }
        guard let length = decoded ?? request.contentLength else {
            throw request.header("transfer-encoding") == nil ? .missingContentLength : .notImplemented
        }
        guard length <= configuration.largestBody else { throw .entityTooLarge(length, configuration.largestBody) }
    }

    /// Does what is asked, once the body is there.
    func perform(_ admission: S3Admission, _ body: S3Store.Call.Body) throws(S3Refusal) -> S3Store.Answer {
        let call = S3Store.Call(
            operation: admission.operation,
            request: admission.request,
            body: body,
            now: configuration.unixTime()
        )
        return try state.withLock { state throws(S3Refusal) in try state.store.perform(call) }
    }
}
