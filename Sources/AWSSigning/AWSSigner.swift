import Crypto

/// Signs requests with Signature Version 4. Pure: time comes in as an argument, nothing is sent.
package struct AWSSigner: Sendable {
    /// How the path of a request enters its signature.
    package enum PathRules: Sendable, Equatable {
        /// As it is sent: for S3, where `a//b`, `a/./b` and `a/../b` are different objects.
        case verbatim
        /// Dot segments and double slashes resolved, then encoded once more: for every other service.
        case normalizedAndEncoded
    }

    private let credential: Credential
    private let service: String
    private let region: String
    private let rules: PathRules

    /// Makes a signer.
    ///
    /// - Parameters:
    ///   - credential: the keys.
    ///   - service: the signing name, such as `s3` or `dynamodb`. For `s3` the path is signed verbatim
    ///     and `x-amz-content-sha256` is added, as that service demands.
    ///   - region: such as `eu-central-1`.
    package init(credential: Credential, service: String, region: String) {
        self.credential = credential
        self.service = service
        self.region = region
        rules = service == "s3" ? .verbatim : .normalizedAndEncoded
    }

    /// Signs by header fields.
    ///
    /// - Parameters:
    ///   - request: what is sent. All its header fields are signed.
    ///   - date: the moment of signing; the service accepts it for about 15 minutes.
    /// - Returns: the fields to add before sending: the date, the payload hash (S3), the session token
    ///   (temporary keys) and `Authorization`, in this order.
    package func signHeaders(
        _ request: SigningRequest,
        at date: SigningDate
    ) -> [(name: String, value: String)] {
        var added: [(name: String, value: String)] = [(name: "X-Amz-Date", value: date.timestamp)]
        if rules == .verbatim {
            added.append((name: "x-amz-content-sha256", value: request.payload.value))
        }
        if let token = credential.sessionToken {
            added.append((name: "X-Amz-Security-Token", value: token))
        }
        var complete = request
        complete.headers.append(contentsOf: added)
        let canonical = CanonicalRequest(complete, rules: rules)
        let authorization =
            "AWS4-HMAC-SHA256 Credential=" + credential.accessKeyId + "/" + scope(date) + ", SignedHeaders="
            + canonical.signedHeaders + ", Signature=" + signature(canonical, at: date)
        added.append((name: "Authorization", value: authorization))
        return added
    }

    private func scope(_ date: SigningDate) -> String {
        date.day + "/" + region + "/" + service + "/aws4_request"
    }

    private func signature(_ canonical: CanonicalRequest, at date: SigningDate) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(192)
        text.append(contentsOf: "AWS4-HMAC-SHA256\n".utf8)
        text.append(contentsOf: date.timestamp.utf8)
        text.append(newline)
        text.append(contentsOf: scope(date).utf8)
        text.append(newline)
        appendHexadecimal(SHA256.hash(data: canonical.bytes), to: &text)
        return hexadecimal(HMAC<SHA256>.authenticationCode(for: text, using: signingKey(date)))
    }

    private func signingKey(_ date: SigningDate) -> SymmetricKey {
        var key = SymmetricKey(data: Array(("AWS4" + credential.secretAccessKey).utf8))
        for part in [date.day, region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return key
    }
}
