import NIOCore
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("What the body of an error says")
struct ErrorBodyTests {
    @Test("S3's and the query protocol's XML")
    func xml() throws {
        let s3 = try #require(
            ErrorBody(
                xml: ByteBuffer(
                    string:
                        "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-1</Region>"
                        + "<RequestId>r</RequestId><HostId>h</HostId></Error>"
                )
            )
        )
        #expect((s3.code, s3.message, s3.region) == ("AuthorizationHeaderMalformed", "m", "eu-west-1"))
        #expect((s3.requestID, s3.hostID) == ("r", "h"))
        let query = try #require(
            ErrorBody(
                xml: ByteBuffer(
                    string: "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code></Error>"
                        + "<RequestId>q</RequestId></ErrorResponse>"
                )
            )
        )
        #expect((query.code, query.message, query.requestID) == ("NotFound", "", "q"))
    }

    @Test("JSON, with its code in the body or in the header field")
    func json() throws {
        let body = try #require(
            ErrorBody(
                json: ByteBuffer(string: #"{"__type": "com.amazonaws#ResourceNotFoundException", "Message": "m"}"#),
                headers: [:]
            )
        )
        #expect((body.code, body.message) == ("ResourceNotFoundException", "m"))
        let header = try #require(
            ErrorBody(json: ByteBuffer(string: "{}"), headers: ["x-amzn-errortype": "Throttled:http://aws/doc"])
        )
        #expect(header.code == "Throttled")
    }

    @Test("anything else is no error of AWS", arguments: ["", "<html><body/></html>", "{}", "<Error/>", "<Error>"])
    func nothing(text: String) {
        #expect(ErrorBody(xml: ByteBuffer(string: text)) == nil)
        #expect(ErrorBody(json: ByteBuffer(string: text), headers: [:]) == nil)
    }

    @Test("a code that is no name is not printed")
    func cleaned() {
        let text = "<Error><Code>a b</Code></Error>"
        #expect(ErrorBody(xml: ByteBuffer(string: text))?.code == "Unknown")
    }

    @Test(
        "a status alone tells as much as it can",
        arguments: [
            (403, "AccessDenied"), (412, "PreconditionFailed"), (501, "NotImplemented"), (599, "HTTPStatus599"),
        ]
    )
    func status(number: Int, code: String) {
        #expect(ErrorBody(status: number).code == code)
    }
}
