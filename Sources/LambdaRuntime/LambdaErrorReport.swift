import FoundationEssentials
package import NIOCore

/// How a failure is told to the platform and, through it, to the caller.
///
/// The JSON is `{"errorType": "…", "errorMessage": "…", "stackTrace": []}`. A state machine matches on
/// `errorType`, so types are stable names; messages are stored and shown, so they hold no secret.
package struct LambdaErrorReport: Codable, Equatable, Sendable {
    /// The stable name of the kind of failure.
    package var errorType: String
    /// One sentence for people.
    package var errorMessage: String
    /// Frames of the failing code; always empty for functions of this package.
    package var stackTrace: [String]

    /// Makes a report.
    package init(errorType: String, errorMessage: String, stackTrace: [String] = []) {
        self.errorType = errorType
        self.errorMessage = errorMessage
        self.stackTrace = stackTrace
    }

    /// The safe report of an unknown error: the name of its type and nothing that it holds.
    package init(describing error: any Error) {
        let name = String(describing: type(of: error))
        self.init(errorType: name, errorMessage: "the function failed with an error of type \(name)")
    }

    /// Decodes a report; fields that are missing become empty, because other runtimes leave some out.
    ///
    /// - Throws: what the decoder throws.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        errorType = try container.decodeIfPresent(String.self, forKey: .errorType) ?? ""
        errorMessage = try container.decodeIfPresent(String.self, forKey: .errorMessage) ?? ""
        stackTrace = (try? container.decodeIfPresent([String].self, forKey: .stackTrace)) ?? []
    }

    private enum CodingKeys: String, CodingKey {
        case errorType, errorMessage, stackTrace
    }

    /// The report as JSON with its keys in a fixed order.
    package func json() -> ByteBuffer {
        var line = JSONLine()
        line.beginObject()
        line.member("errorType", errorType)
        line.member("errorMessage", errorMessage)
        line.key("stackTrace")
        line.array(stackTrace) { line, frame in line.string(frame) }
        line.endObject()
        return ByteBuffer(bytes: line.bytes)
    }

    /// Reads a report from JSON, or returns `nil` when the bytes are none.
    package static func decode(_ body: ByteBuffer) -> LambdaErrorReport? {
        try? JSONDecoder().decode(LambdaErrorReport.self, from: Data(body.readableBytesView))
    }
}
