import NIOHTTP1

/// An answer of the REST interface.
struct RESTResponse: Sendable {
    let status: HTTPResponseStatus
    let contentType: String
    let body: [UInt8]
    /// Further headers.
    var headers: [(name: String, value: String)] = []
    /// Whether the connection ends without any answer.
    var isCut = false

    /// The same as gzip has it.
    var compressed: RESTResponse {
        var response = RESTResponse(status: status, contentType: contentType, body: Gzip.stored(body))
        response.headers = headers + [("Content-Encoding", "gzip")]
        return response
    }

    /// A page as an edge or a proxy sends it: HTML, whatever was asked.
    static func page(_ status: HTTPResponseStatus) -> RESTResponse {
        let title = "\(status.code) \(status.reasonPhrase)"
        let page = "<!DOCTYPE html>\n<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>\n"
        return RESTResponse(status: status, contentType: "text/html; charset=UTF-8", body: Array(page.utf8))
    }
}
