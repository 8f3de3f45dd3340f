import Logging
import NIOCore
import Testing

@testable import LambdaRuntime

@Suite("Codable adapter")
struct LambdaCodableAdapterTests {
    struct Event: Decodable, Sendable {
        struct Vault: Decodable, Sendable { var vaultID: Int }
        enum Mode: String, Decodable, Sendable { case fast }

        var action: String
        var vaults: [Vault]?
        var mode: Mode?
    }

    private let adapter = LambdaCodableAdapter(
        handler: ClosureHandler { (event: Event, context: LambdaContext) in [event.action, context.requestID] }
    )
    private let context = LambdaContext(
        requestID: "r1",
        invokedFunctionARN: "",
        deadline: .init(millisecondsSinceEpoch: 0),
        logger: Logger(label: "test")
    )

    @Test("an event is decoded, handled and its output encoded; unknown fields are ignored")
    func roundTrip() async throws {
        let output = try await adapter.handle(ByteBuffer(string: #"{"action":"sync","more":1}"#), context: context)
        #expect(String(buffer: output) == #"["sync","r1"]"#)
    }

    @Test(
        "an event that does not decode is refused with the name of the field and without its value",
        arguments: [
            (#"{}"#, "required field `action` is missing"),
            (#"{"action":null}"#, "field `action` is null"),
            (#"{"action":7}"#, "field `action` is not of the expected type String"),
            (#"{"action":"a","vaults":[{"vaultID":1},{}]}"#, "required field `vaults[1].vaultID` is missing"),
            (#"{"action":"a","mode":"secret"}"#, "field `mode` has a value that is not allowed"),
            (#"[]"#, "the event is not of the expected type Dictionary<String, Any>"),
            (#"{"action":"#, "the event is not valid JSON"),
            ("", "the event is not valid JSON"),
        ]
    )
    func refused(event: String, message: String) async {
        await #expect(throws: LambdaRuntimeError(.invalidInput, message)) {
            try await adapter.handle(ByteBuffer(string: event), context: context)
        }
    }

    @Test("a decoding error of the handler's own making is not taken for a bad event")
    func innerDecodingError() async {
        let inner = LambdaCodableAdapter(
            handler: ClosureHandler { (_: Event, _: LambdaContext) -> String in
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: ""))
            }
        )
        await #expect(throws: DecodingError.self) {
            try await inner.handle(ByteBuffer(string: #"{"action":"a"}"#), context: context)
        }
    }
}
