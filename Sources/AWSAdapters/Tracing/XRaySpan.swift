import Synchronization
package import Tracing

/// A subsegment that is being recorded, or nothing at all.
package final class XRaySpan: Span {
    /// What a span that is recorded knows from its start.
    struct Recording: Sendable {
        var segment: XRayTracer.Segment
        var id: String
        var isRemote: Bool
        /// Nanoseconds since 1970.
        var start: UInt64
        var send: @Sendable ([UInt8]) -> Void
    }

    private struct State {
        var name: String
        var attributes: SpanAttributes = [:]
        var error: (any Error)?
        var hasFailed = false
        var hasEnded = false
    }

    package let context: ServiceContext
    private let recording: Recording?
    private let state: Mutex<State>

    init(name: String, context: ServiceContext, recording: Recording?) {
        self.context = context
        self.recording = recording
        state = Mutex(State(name: name))
    }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { if isRecording { state.withLock { $0.attributes = newValue } } }
    }

    package var isRecording: Bool {
        recording != nil && state.withLock { !$0.hasEnded }
    }

    package func setStatus(_ status: SpanStatus) {
        state.withLock { $0.hasFailed = status.code == .error }
    }

    package func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        state.withLock { $0.error = error }
    }

    /// Events are not sent: they would have to be made of what must not be told.
    package func addEvent(_ event: SpanEvent) {}

    /// Links are not sent: a subsegment has one parent.
    package func addLink(_ link: SpanLink) {}

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let recording else { return }
        let end = instant().nanosecondsSinceEpoch
        let ended: State? = state.withLock { state in
            defer { state.hasEnded = true }
            return state.hasEnded ? nil : state
        }
        guard let ended else { return }
        let document = SubsegmentDocument(
            name: ended.name,
            id: recording.id,
            parent: recording.segment,
            start: recording.start,
            end: end,
            isRemote: recording.isRemote,
            attributes: ended.attributes,
            failure: ended.hasFailed || ended.error != nil ? SubsegmentFailure(ended.error) : nil
        )
        recording.send(document.bytes)
    }
}
