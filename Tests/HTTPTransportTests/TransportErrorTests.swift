import HTTPTransport
import Testing

@Suite("Transport errors")
struct TransportErrorTests {
    @Test(
        "what may succeed when it is sent again",
        arguments: [
            (TransportError.Code.connectionFailed, true), (.timedOut, true), (.connectionLost, true),
            (.invalidURL, false),
            (.bodyTooLarge, false), (.certificateRefused, false), (.invalidConfiguration, false),
        ]
    )
    func retryable(code: TransportError.Code, isRetryable: Bool) {
        #expect(TransportError(code, message: "").isRetryable == isRetryable)
    }

    @Test("an error says its kind and its sentence")
    func description() {
        let error = TransportError(.timedOut, message: "no answer came in time")
        #expect("\(error)" == "timedOut: no answer came in time")
    }
}
