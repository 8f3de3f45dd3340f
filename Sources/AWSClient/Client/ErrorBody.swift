import FoundationEssentials
import NIOCore
import NIOHTTP1

/// What the body of an error says, in the spellings of S3, of the query protocol, and of JSON.
///
///     <Error><Code>NoSuchKey</Code><Message>…</Message><RequestId>…</RequestId><HostId>…</HostId></Error>
///     <ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>…</Message></Error>…</ErrorResponse>
///     {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "…"}
struct ErrorBody {
    let code: String
    let message: String
    var requestID: String?
    var hostID: String?
    /// The region that S3 expects, in an `AuthorizationHeaderMalformed`.
    var region: String?

    /// Reads an XML error; nil when it is anything else.
    init?(xml buffer: ByteBuffer) {
        guard let root = try? XMLElement.parse(buffer) else { return nil }
        let error = root.name == "ErrorResponse" ? root.child("Error") : root
        guard let error, error.name == "Error", let code = error["Code"] else { return nil }
        self.code = Self.cleaned(code)
        message = error["Message"] ?? ""
        requestID = root["RequestId"]
        hostID = root["HostId"]
        region = error["Region"]
    }

    /// Reads a JSON error; nil when it is anything else.
    init?(json buffer: ByteBuffer, headers: HTTPHeaders) {
        let fields = try? JSONDecoder().decode(Fields.self, from: Data(buffer.readableBytesView))
        guard let type = fields?.type ?? headers.first(name: "x-amzn-errortype") else { return nil }
        // "namespace#Name" in bodies, "Name:address" in the header field.
        let name = type.split(separator: "#").last ?? ""
        code = Self.cleaned(String(name.split(separator: ":").first ?? ""))
        message = fields?.message ?? fields?.capitalMessage ?? ""
    }

    /// What the status alone tells.
    init(status: Int) {
        code =
            switch status {
            case 301: "PermanentRedirect"
            case 304: "NotModified"
            case 307: "TemporaryRedirect"
            case 403: AWSErrorCode.accessDenied.rawValue
            case 404: AWSErrorCode.notFound.rawValue
            case 412: AWSErrorCode.preconditionFailed.rawValue
            case 416: AWSErrorCode.invalidRange.rawValue
            case 501: "NotImplemented"
            case 503: "ServiceUnavailable"
            default: "HTTPStatus\(status)"
            }
        message = ""
    }

    /// A code is printed and compared, so it is held to what a name may be.
    private static func cleaned(_ code: String) -> String {
        let isName = code.utf8.count <= 128 && !code.isEmpty && code.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isName ? code : "Unknown"
    }

    private struct Fields: Decodable {
        let type: String?
        let message: String?
        let capitalMessage: String?

        enum CodingKeys: String, CodingKey {
            case type = "__type"
            case message
            case capitalMessage = "Message"
        }
    }
}
