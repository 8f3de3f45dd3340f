import Crypto
import NIOHTTP1

/// Keys that the store knows.
package struct S3Credential: Sendable {
    /// The public half.
    package var accessKeyID: String
    /// The secret half.
    package var secretAccessKey: String
    /// The token that has to come along, with temporary keys.
    package var sessionToken: String?
    /// When temporary keys run out, in seconds since 1970.
    package var expires: Int64?

    /// Makes a credential.
    package init(
        accessKeyID: String,
        secretAccessKey: String,
        sessionToken: String? = nil,
        expires: Int64? = nil
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expires = expires
    }
}

/// What a signature says of the body.
enum S3Payload: Equatable {
    /// It has this SHA-256, in hexadecimal digits.
    case sha256(String)
    /// It is not signed.
    case unsigned
    /// It is not signed, and comes in chunks with a trailer.
    case unsignedWithTrailer
}

/// Checks signatures of version 4 in header fields.
///
/// Written from "Create a signed AWS API request" in the IAM user guide and "Authenticating Requests" in the service's API
/// reference, and not shared with our own signer, whose mistakes it is to find.
struct SignatureVerifier {
    let credentials: [S3Credential]
    let region: String
    let now: Int64
    let acceptsUnsignedPayload: Bool

    func verify(_ request: S3Request) throws(S3Refusal) -> S3Payload {
        let authorization = try Authorization(request, region: region)
        guard let credential = credentials.first(where: { $0.accessKeyID == authorization.accessKeyID }) else {
            throw .invalidAccessKeyID
        }
        try checkToken(request, credential)
        let timestamp = try checkDate(request, authorization)
        try checkSignedHeaders(request, authorization)
        guard let payloadText = request.header("x-amz-content-sha256") else {
            throw .invalidRequest("Missing required header for this request: x-amz-content-sha256")
        }
        let canonical = canonicalRequest(request, authorization, payloadText)
        let expected = signature(of: canonical, timestamp: timestamp, authorization, credential)
        guard expected == authorization.signature else { throw .signatureDoesNotMatch }
        return try payload(payloadText)
    }

    private func payload(_ text: String) throws(S3Refusal) -> S3Payload {
        switch text {
        case "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
            guard acceptsUnsignedPayload else {
                throw .invalidRequest("An unsigned payload is accepted over TLS only.")
            }
            return text == "UNSIGNED-PAYLOAD" ? .unsigned : .unsignedWithTrailer
        case _ where text.utf8.count == 64 && text.allSatisfy(\.isHexDigit):
            return .sha256(text)
        case _ where text.hasPrefix("STREAMING-"):
            throw .notImplemented
        default:
            throw .invalidArgument(
                "x-amz-content-sha256",
                text,
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER or a valid sha256 value."
            )
        }
    }

    private func checkToken(_ request: S3Request, _ credential: S3Credential) throws(S3Refusal) {
        let token = request.header("x-amz-security-token")
        guard token == credential.sessionToken else {
            throw token == nil ? .invalidAccessKeyID : .invalidToken
        }
        if let expires = credential.expires, expires <= now { throw .expiredToken }
    }

    /// Returns the time stamp of the request.
    private func checkDate(_ request: S3Request, _ authorization: Authorization) throws(S3Refusal) -> String {
        guard let text = request.header("x-amz-date"), let date = S3Date.parseBasic(text) else {
            throw S3Refusal(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        }
        guard abs(date - now) <= S3Limits.clockSkew else {
            throw S3Refusal(
                403,
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
                [
                    "RequestTime": text, "ServerTime": S3Date.iso8601(now),
                    "MaxAllowedSkewMilliseconds": "\(S3Limits.clockSkew * 1000)",
                ]
            )
        }
        guard text.prefix(8) == authorization.day else {
            throw .malformedAuthorization("Invalid credential date \"\(authorization.day)\".")
        }
        return text
    }

    private func checkSignedHeaders(_ request: S3Request, _ authorization: Authorization) throws(S3Refusal) {
        let signed = Set(authorization.signedHeaders)
        let required = Set(request.headers.map { $0.name.lowercased() }.filter { $0.hasPrefix("x-amz-") } + ["host"])
        let missing = required.subtracting(signed).sorted()
        guard missing.isEmpty else {
            throw S3Refusal(
                403,
                "AccessDenied",
                "There were headers present in the request which were not signed",
                ["HeadersNotSigned": missing.joined(separator: ", ")]
            )
        }
    }

    private func canonicalRequest(_ request: S3Request, _ authorization: Authorization, _ payload: String) -> String {
        let path = S3PercentText.encode(
            S3PercentText.decode(request.path) ?? [],
            keeping: [UInt8(ascii: "/")]
        )
        let query = request.query
            .map { (S3PercentText.encode($0.name.utf8), S3PercentText.encode($0.value.utf8)) }
            .sorted { $0 < $1 }
            .map { $0.0 + "=" + $0.1 }
            .joined(separator: "&")
        let fields = authorization.signedHeaders.map { name in
            let values = request.headers[name].map { value in
                value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
            }
            return name + ":" + values.joined(separator: ",") + "\n"
        }
        return [
            request.method.rawValue, path, query, fields.joined(),
            authorization.signedHeaders.joined(separator: ";"), payload,
        ].joined(separator: "\n")
    }

    private func signature(
        of canonical: String,
        timestamp: String,
        _ authorization: Authorization,
        _ credential: S3Credential
    ) -> String {
        let scope = "\(authorization.day)/\(region)/s3/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(Hex.encode(SHA256.hash(data: Array(canonical.utf8))))"
        var key = Array("AWS4\(credential.secretAccessKey)".utf8)
        for part in [authorization.day, region, "s3", "aws4_request", text] {
            key = Array(HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: SymmetricKey(data: key)))
        }
        return Hex.encode(key)
    }
}

/// The `Authorization` header field, taken apart.
private struct Authorization {
    let accessKeyID: String
    let day: String
    let signedHeaders: [String]
    let signature: String

    init(_ request: S3Request, region: String) throws(S3Refusal) {
        guard let text = request.header("authorization") else { throw .accessDenied }
        guard text.hasPrefix("AWS4-HMAC-SHA256 ") else {
            throw .invalidRequest(
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
            )
        }
        var fields: [Substring: Substring] = [:]
        for field in text.dropFirst(17).split(separator: ",") {
            let pair = field.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if pair.count == 2 { fields[pair[0]] = pair[1] }
        }
        let scope = fields["Credential"]?.split(separator: "/").map(String.init) ?? []
        guard scope.count >= 5, let headers = fields["SignedHeaders"], let signature = fields["Signature"] else {
            throw .malformedAuthorization("The authorization header that you provided is not valid.")
        }
        let place = Array(scope.suffix(4))
        guard place[1] == region else {
            throw .malformedAuthorization("The region '\(place[1])' is wrong; expecting '\(region)'", region: region)
        }
        guard place[2] == "s3", place[3] == "aws4_request" else {
            throw .malformedAuthorization("The scope of the credential is not that of this service.")
        }
        accessKeyID = scope.dropLast(4).joined(separator: "/")
        day = place[0]
        signedHeaders = headers.split(separator: ";").map(String.init)
        self.signature = String(signature)
    }
}

extension S3Refusal {
    fileprivate static func malformedAuthorization(_ message: String, region: String? = nil) -> S3Refusal {
        let text = "The authorization header is malformed; \(message)"
        guard let region else { return S3Refusal(400, "AuthorizationHeaderMalformed", text) }
        return S3Refusal(400, "AuthorizationHeaderMalformed", text, ["Region": region])
    }
}
