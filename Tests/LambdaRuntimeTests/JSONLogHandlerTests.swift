import FoundationEssentials
import Logging
import Synchronization
import Testing

@testable import LambdaRuntime

@Suite("JSON log handler")
struct JSONLogHandlerTests {
    final class Sink: Sendable {
        let lines = Mutex<[[UInt8]]>([])

        func handler(
            level: Logger.Level = .trace,
            provider: Logger.MetadataProvider? = nil
        ) -> JSONLogHandler {
            JSONLogHandler(
                logLevel: level,
                metadataProvider: provider,
                now: { LambdaClock.Instant(millisecondsSinceEpoch: 1_700_000_000_123) },
                write: { line in self.lines.withLock { $0.append(line) } }
            )
        }

        var text: [String] { lines.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
    }

    @Test("an event is one line in one write, fixed fields first, metadata by name")
    func line() {
        let sink = Sink()
        var logger = Logger(label: "test") { _ in sink.handler() }
        logger[metadataKey: "request.id"] = "r1"
        logger.info("page listed", metadata: ["bytes": "12", "page": "\(3)"])
        #expect(
            sink.text == [
                #"{"timestamp":"2023-11-14T22:13:20.123Z","level":"info","message":"page listed","#
                    + #""bytes":"12","page":"3","request.id":"r1"}"# + "\n"
            ]
        )
    }

    @Test("metadata of the event win over those of the logger, and these over the provider's")
    func precedence() {
        let sink = Sink()
        let provider = Logger.MetadataProvider { ["a": "provider", "b": "provider", "c": "provider"] }
        var logger = Logger(label: "test") { _ in sink.handler(provider: provider) }
        logger[metadataKey: "b"] = "logger"
        logger[metadataKey: "c"] = "logger"
        logger.info("x", metadata: ["c": "event"])
        #expect(sink.text[0].hasSuffix(#""a":"provider","b":"logger","c":"event"}"# + "\n"))
    }

    @Test("nested metadata become objects and arrays")
    func nested() {
        let sink = Sink()
        let logger = Logger(label: "test") { _ in sink.handler() }
        logger.info("x", metadata: ["n": ["list": ["1", ["k": "v"]], "empty": []]])
        #expect(sink.text[0].hasSuffix(#""n":{"empty":[],"list":["1",{"k":"v"}]}}"# + "\n"))
    }

    @Test("metadata under a fixed name are renamed, so no key occurs twice")
    func reserved() {
        let sink = Sink()
        let logger = Logger(label: "test") { _ in sink.handler() }
        logger.info("x", metadata: ["level": "mine"])
        #expect(sink.text[0].hasSuffix(#""message":"x","metadata.level":"mine"}"# + "\n"))
    }

    @Test("events below the level are not written")
    func filtered() {
        let sink = Sink()
        let logger = Logger(label: "test") { _ in sink.handler(level: .warning) }
        logger.info("no")
        logger.warning("yes")
        #expect(sink.text.count == 1)
    }

    @Test(
        "levels are read in any case, with two common spellings more",
        arguments: [
            ("DEBUG", Logger.Level.debug), ("warn", .warning), ("Fatal", .critical), ("notice", .notice),
            ("loud", .info),
        ]
    )
    func level(name: String, expected: Logger.Level) {
        #expect(JSONLogHandler.level(named: name) == expected)
    }

    @Test("without a level, info is the level")
    func noLevel() {
        #expect(JSONLogHandler.level(named: nil) == .info)
    }

    @Test("whatever the text, the line is one line of valid JSON that decodes to the text")
    func escaping() throws {
        let texts = [
            "quote \" backslash \\ slash /", "line\nfeed\r\ttab", "\u{0}\u{1F}\u{7F}", "\u{2028}\u{2029}", "😀 é",
            String(decoding: [0xED, 0xA0, 0x80, 0x41] as [UInt8], as: UTF8.self),
        ]
        for text in texts {
            var line = JSONLine()
            line.beginObject()
            line.member(text, text)
            line.endObject()
            #expect(!line.bytes.contains { $0 < 0x20 })
            let decoded = try JSONDecoder().decode([String: String].self, from: Data(line.bytes))
            #expect(decoded == [text: text])
        }
    }

    @Test("control characters are written as four hexadecimal digits")
    func control() {
        var line = JSONLine()
        line.string("\u{1}\u{1B}")
        #expect(String(decoding: line.bytes, as: UTF8.self) == #""\u0001\u001b""#)
    }
}
