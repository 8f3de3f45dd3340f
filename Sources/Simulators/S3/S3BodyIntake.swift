import NIOCore
import NIOHTTP1

/// Takes the body of a request in: hashed while it passes, and kept as the store keeps it.
struct S3BodyIntake {
    let exchange: S3Exchange
    let admission: S3Admission

    /// Reads the body to its end.
    ///
    /// - Throws: an `S3Refusal` when the body is not what the head says; `Cut` when a fault ends the connection.
    func receive(_ parts: inout S3Exchange.Parts) async throws -> S3Store.Call.Body {
        var digests = S3BodyDigests(admission.claims)
        var chunked: ChunkedUpload? = admission.claims.payload == .unsignedWithTrailer ? ChunkedUpload() : nil
        let storesBody = admission.operation.storesBody
        var writer = try await S3ContentWriter(storesBody ? exchange.simulator.configuration.retention : .memory)
        var refusal: S3Refusal?
        var document: [UInt8] = []
        while let piece = try await next(&parts) {
            try await pass(piece)
            // What is wrong already is read to its end all the same: the client listens only then.
            guard refusal == nil else { continue }
            do throws(S3Refusal) {
                for content in try chunked?.receive(piece) ?? [piece] {
                    digests.update(content)
                    if storesBody {
                        try await Self.write(content, to: &writer)
                    } else {
                        document += content.readableBytesView
                        if document.count > S3Limits.largestDocument { throw .malformedXML }
                    }
                }
            } catch {
                refusal = error
            }
        }
        if let refusal { throw refusal }
        let decoded = admission.request.header("x-amz-decoded-content-length").flatMap { Int64($0) }
        if chunked?.isComplete == false || decoded.map({ $0 != digests.length }) == true {
            throw S3Refusal.incompleteBody
        }
        let facts = try digests.verify(admission.claims, trailers: chunked?.trailers ?? [:])
        return storesBody ? .content(writer.finish(), facts) : .document(document, admission.claims)
    }

    private static func write(_ content: ByteBuffer, to writer: inout S3ContentWriter) async throws(S3Refusal) {
        do {
            try await writer.write(content)
        } catch {
            throw .internalError
        }
    }

    /// The next bytes of the body; nil at its end.
    private func next(_ parts: inout S3Exchange.Parts) async throws -> ByteBuffer? {
        let part: HTTPServerRequestPart?
        do {
            part = try await parts.next(isolation: #isolation)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The client has closed its side before the end of the body.
            throw S3Refusal.incompleteBody
        }
        switch part {
        case .body(let buffer): return buffer
        case .end:
            if admission.faults.contains(.resetInBody) { try await exchange.cut() }
            return nil
        case .head, nil: throw S3Refusal.incompleteBody
        }
    }

    /// Counts bytes, at the pace of the link, and as far as a fault lets them come.
    private func pass(_ piece: ByteBuffer) async throws {
        var received: Int64 = 0
        exchange.simulator.log(exchange.number) { entry in
            entry.bytesReceived += Int64(piece.readableBytes)
            received = entry.bytesReceived
        }
        if admission.faults.contains(.resetInBody), received * 2 >= admission.request.contentLength ?? 0 {
            try await exchange.cut()
        }
        try await exchange.simulator.linkIn?.pass(piece.readableBytes)
        for case .paced(let pace) in admission.faults {
            try await Task.sleep(for: .seconds(Double(piece.readableBytes) / Double(max(pace, 1))))
        }
    }
}
