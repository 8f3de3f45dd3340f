/// What the store answers instead of doing what it was asked.
///
/// Statuses and codes are those of "Error responses" in the service's API reference, and where that leaves a choice those
/// that the service has been seen to give.
struct S3Refusal: Error, Equatable {
    let status: Int
    let code: String
    let message: String
    /// Further elements of the answer.
    var details: [Detail] = []

    struct Detail: Equatable {
        let name: String
        let value: String
    }

    init(_ status: Int, _ code: String, _ message: String, _ details: KeyValuePairs<String, String> = [:]) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details.map { Detail(name: $0.key, value: $0.value) }
    }

    /// The body of the answer.
    func xml(requestID: String) -> String {
        var fields = [XMLNode("Code", code), XMLNode("Message", message)]
        fields += details.map { XMLNode($0.name, $0.value) }
        fields += [XMLNode("RequestId", requestID), XMLNode("HostId", "simulator")]
        return XMLNode("Error", fields).document
    }
}

extension S3Refusal {
    static let accessDenied = S3Refusal(403, "AccessDenied", "Access Denied")
    static let badTagCount = S3Refusal(400, "BadRequest", "Object tags cannot be greater than 10")
    static let expiredToken = S3Refusal(400, "ExpiredToken", "The provided token has expired.")
    static let incompleteBody = S3Refusal(
        400,
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header"
    )
    static let internalError = S3Refusal(
        500,
        "InternalError",
        "We encountered an internal error. Please try again."
    )
    static let invalidAccessKeyID = S3Refusal(
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records."
    )
    static let invalidDigest = S3Refusal(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
    static let invalidPartOrder = S3Refusal(
        400,
        "InvalidPartOrder",
        "The list of parts was not in ascending order. Parts must be ordered by part number."
    )
    static let invalidToken = S3Refusal(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    static let invalidURI = S3Refusal(400, "InvalidURI", "Couldn't parse the specified URI.")
    static let malformedXML = S3Refusal(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema"
    )
    static let metadataTooLarge = S3Refusal(
        400,
        "MetadataTooLarge",
        "Your metadata headers exceed the maximum allowed metadata size",
        ["MaxSizeAllowed": "2048"]
    )
    static let missingContentLength = S3Refusal(
        411,
        "MissingContentLength",
        "You must provide the Content-Length HTTP header."
    )
    static let noSuchBucket = S3Refusal(404, "NoSuchBucket", "The specified bucket does not exist")
    static let noSuchUpload = S3Refusal(
        404,
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
    )
    static let notImplemented = S3Refusal(
        501,
        "NotImplemented",
        "A header you provided implies functionality that is not implemented"
    )
    static let notModified = S3Refusal(304, "NotModified", "Not Modified")
    static let signatureDoesNotMatch = S3Refusal(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method."
    )
    static let slowDown = S3Refusal(503, "SlowDown", "Please reduce your request rate.")

    static func noSuchKey(_ key: S3Key) -> S3Refusal {
        S3Refusal(404, "NoSuchKey", "The specified key does not exist.", ["Key": key.text])
    }

    static func invalidRequest(_ message: String) -> S3Refusal { S3Refusal(400, "InvalidRequest", message) }

    static func invalidArgument(_ name: String, _ value: String, _ message: String) -> S3Refusal {
        S3Refusal(400, "InvalidArgument", message, ["ArgumentName": name, "ArgumentValue": value])
    }

    static func badDigest(_ what: String) -> S3Refusal {
        S3Refusal(400, "BadDigest", "The \(what) you specified did not match the calculated checksum.")
    }

    static func preconditionFailed(_ condition: String) -> S3Refusal {
        S3Refusal(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            ["Condition": condition]
        )
    }

    static func entityTooLarge(_ size: Int64, _ largest: Int64) -> S3Refusal {
        S3Refusal(
            400,
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
            ["ProposedSize": "\(size)", "MaxSizeAllowed": "\(largest)"]
        )
    }
}

/// What the service takes at most.
enum S3Limits {
    static let longestKey = 1024
    static let largestBody: Int64 = 5 << 30
    static let largestObject: Int64 = largestBody * 10_000
    static let largestMetadata = 2048
    static let mostTags = 10
    static let largestPartNumber = 10_000
    static let largestDocument = 4 << 20
    static let clockSkew: Int64 = 900
}
