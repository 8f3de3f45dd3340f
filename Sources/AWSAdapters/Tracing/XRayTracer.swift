package import Tracing

/// Continues the trace of an invocation into X-Ray subsegments.
///
/// Every span is sent by itself when it ends, so nothing has to be kept or flushed. A trace begins with Lambda: where the
/// context holds none, or one that is not sampled, spans record nothing.
package struct XRayTracer: Tracer {
    /// The header that carries a trace.
    package static let headerName = "X-Amzn-Trace-Id"

    private let makeID: @Sendable () -> String
    private let send: @Sendable ([UInt8]) -> Void

    /// Makes a tracer.
    ///
    /// - Parameters:
    ///   - makeID: gives 16 hexadecimal digits that no other segment of the trace has.
    ///   - send: takes one subsegment document, JSON in UTF-8; returns at once.
    package init(
        makeID: @escaping @Sendable () -> String = { Self.makeRandomID() },
        send: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.makeID = makeID
        self.send = send
    }

    private static func makeRandomID() -> String {
        let digits = String(UInt64.random(in: 1...UInt64.max), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> XRaySpan {
        let context = context()
        guard let segment = context[SegmentKey.self] else {
            return XRaySpan(name: operationName, context: context, recording: nil)
        }
        let id = makeID()
        var child = context
        child[SegmentKey.self] = Segment(traceID: segment.traceID, id: id)
        let recording = XRaySpan.Recording(
            segment: segment,
            id: id,
            isRemote: kind == .client,
            start: instant().nanosecondsSinceEpoch,
            send: send
        )
        return XRaySpan(name: operationName, context: child, recording: recording)
    }

    /// The segment at hand: what begins now lies below it.
    struct Segment: Sendable {
        var traceID: String
        var id: String
    }

    fileprivate enum SegmentKey: ServiceContextKey {
        typealias Value = Segment
    }
}

extension XRayTracer {
    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: Self.headerName, from: carrier) else { return }
        context.continueTrace(text)
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let segment = context[SegmentKey.self] else { return }
        injector.inject(
            "Root=\(segment.traceID);Parent=\(segment.id);Sampled=1",
            forKey: Self.headerName,
            into: &carrier
        )
    }

    package func forceFlush() {}
}

extension ServiceContext {
    /// Goes on with the trace that a header names, if it names one and it is sampled.
    fileprivate mutating func continueTrace(_ text: String) {
        guard let header = TraceHeader(text), header.isSampled else { return }
        self[XRayTracer.SegmentKey.self] = .init(traceID: header.traceID, id: header.parentID)
    }
}

/// Reads and writes the trace header in a dictionary of header fields.
package struct TraceHeaderCarrier: Extractor, Injector {
    /// Makes it.
    package init() {}

    package func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

    package func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) {
        carrier[key] = value
    }
}
