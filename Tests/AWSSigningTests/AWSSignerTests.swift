import AWSSigning
import Testing

/// The cases of the published Signature Version 4 test suite.
struct SuiteCase: Sendable, CustomTestStringConvertible {
    let name: String
    let method: String
    let path: String
    var query: [QueryItem] = []
    var headers: [[String]] = []
    var body = ""
    var token: String?
    let signature: String

    var testDescription: String { name }

    init(
        _ name: String,
        _ target: String,
        query: [QueryItem] = [],
        headers: [[String]] = [],
        body: String = "",
        token: String? = nil,
        _ signature: String
    ) {
        self.name = name
        let space = target.firstIndex(of: " ") ?? target.endIndex
        method = String(target[..<space])
        path = String(target[target.index(after: space)...])
        self.query = query
        self.headers = headers
        self.body = body
        self.token = token
        self.signature = signature
    }
}

private let unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
private let stsToken =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD"
    + "8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6"
    + "q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJa"
    + "bIQwj2ICCR/oLxBA=="

private let suite: [SuiteCase] = [
    SuiteCase("get-vanilla", "GET /", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    SuiteCase(
        "get-vanilla-query-order-key-case",
        "GET /",
        query: [QueryItem("Param2", "value2"), QueryItem("Param1", "value1")],
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    ),
    SuiteCase(
        "get-vanilla-query-order-key",
        "GET /",
        query: [QueryItem("Param1", "value2"), QueryItem("Param1", "Value1")],
        "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"
    ),
    SuiteCase(
        "get-vanilla-query-order-value",
        "GET /",
        query: [QueryItem("Param1", "value2"), QueryItem("Param1", "value1")],
        "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"
    ),
    SuiteCase(
        "get-vanilla-empty-query-key",
        "GET /",
        query: [QueryItem("Param1", "value1")],
        "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
    ),
    SuiteCase(
        "get-vanilla-query-unreserved",
        "GET /",
        query: [QueryItem(unreserved, unreserved)],
        "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"
    ),
    SuiteCase(
        "get-vanilla-utf8-query",
        "GET /",
        query: [QueryItem("\u{1234}", "bar")],
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"
    ),
    SuiteCase("get-utf8", "GET /\u{1234}", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    SuiteCase("get-space", "GET /example space/", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
    SuiteCase(
        "get-unreserved",
        "GET /" + unreserved,
        "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
    ),
    SuiteCase("get-relative", "GET /example/..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    SuiteCase(
        "get-relative-relative",
        "GET /example1/example2/../..",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    ),
    SuiteCase("get-slash", "GET //", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    SuiteCase("get-slash-dot-slash", "GET /./", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    SuiteCase(
        "get-slash-pointless-dot",
        "GET /./example",
        "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"
    ),
    SuiteCase("get-slashes", "GET //example//", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
    SuiteCase(
        "get-header-key-duplicate",
        "GET /",
        headers: [["My-Header1", "value2"], ["My-Header1", "value2"], ["My-Header1", "value1"]],
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
    ),
    SuiteCase(
        "get-header-value-order",
        "GET /",
        headers: [
            ["My-Header1", "value4"], ["My-Header1", "value1"], ["My-Header1", "value3"], ["My-Header1", "value2"],
        ],
        "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
    ),
    SuiteCase(
        "get-header-value-trim",
        "GET /",
        headers: [["My-Header1", " value1"], ["My-Header2", " \"a   b   c\" "]],
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
    ),
    SuiteCase("post-vanilla", "POST /", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    SuiteCase(
        "post-header-key-sort",
        "POST /",
        headers: [["My-Header1", "value1"]],
        "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"
    ),
    SuiteCase(
        "post-header-value-case",
        "POST /",
        headers: [["My-Header1", "VALUE1"]],
        "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"
    ),
    SuiteCase(
        "post-vanilla-query",
        "POST /",
        query: [QueryItem("Param1", "value1")],
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"
    ),
    SuiteCase(
        "post-x-www-form-urlencoded",
        "POST /",
        headers: [["Content-Type", "application/x-www-form-urlencoded"]],
        body: "Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    ),
    SuiteCase(
        "post-x-www-form-urlencoded-parameters",
        "POST /",
        headers: [["Content-Type", "application/x-www-form-urlencoded; charset=utf8"]],
        body: "Param1=value1",
        "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"
    ),
    SuiteCase(
        "post-sts-header-before",
        "POST /",
        token: stsToken,
        "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"
    ),
    SuiteCase(
        "an encoded path is encoded once more",
        "GET /a%20b/c",
        "38716947ba65b7b62d1fac41d2244cf69dad6f76e6fa83456331ce9315514e6f"
    ),
]

private let s3Examples: [SuiteCase] = [
    SuiteCase(
        "GET Object with a range",
        "GET /test.txt",
        headers: [["Range", "bytes=0-9"]],
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    ),
    SuiteCase(
        "PUT Object",
        "PUT /test%24file.text",
        headers: [["Date", "Fri, 24 May 2013 00:00:00 GMT"], ["x-amz-storage-class", "REDUCED_REDUNDANCY"]],
        body: "Welcome to Amazon S3.",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
    ),
    SuiteCase(
        "GET Bucket lifecycle",
        "GET /",
        query: [QueryItem("lifecycle")],
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
    ),
    SuiteCase(
        "list objects",
        "GET /",
        query: [QueryItem("max-keys", "2"), QueryItem("prefix", "J")],
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    ),
    SuiteCase(
        "a path is neither normalised nor encoded again",
        "GET /a/../b//%2B%20%F0%9F%98%80",
        "42e6257bcfb6823122e58bba11f105f21b9693e6b1f657a161d28929075c0fef"
    ),
]

@Suite("AWSSigner")
struct AWSSignerTests {
    private let s3Credential = Credential(
        accessKeyId: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    )
    private let s3Date = SigningDate(unixSeconds: 1_369_353_600)

    private func authorization(_ headers: [(name: String, value: String)]) -> String {
        headers.last { $0.name == "Authorization" }?.value ?? ""
    }

    private func request(_ test: SuiteCase, host: String) -> SigningRequest {
        SigningRequest(
            method: test.method,
            host: host,
            path: test.path,
            query: test.query,
            headers: test.headers.map { (name: $0[0], value: $0[1]) },
            payload: .sha256(Array(test.body.utf8))
        )
    }

    @Test("the published test suite is signed as published", arguments: suite)
    func publishedSuite(_ test: SuiteCase) {
        let credential = Credential(
            accessKeyId: "AKIDEXAMPLE",
            secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            sessionToken: test.token
        )
        let signer = AWSSigner(credential: credential, service: "service", region: "us-east-1")
        let date = SigningDate(unixSeconds: 1_440_938_160)
        let headers = signer.signHeaders(request(test, host: "example.amazonaws.com"), at: date)
        #expect(authorization(headers).hasSuffix("Signature=" + test.signature))
    }

    @Test("the examples of the S3 documentation are signed as documented", arguments: s3Examples)
    func s3Documentation(_ test: SuiteCase) {
        let signer = AWSSigner(credential: s3Credential, service: "s3", region: "us-east-1")
        let headers = signer.signHeaders(request(test, host: "examplebucket.s3.amazonaws.com"), at: s3Date)
        #expect(authorization(headers).hasSuffix("Signature=" + test.signature))
    }

    @Test("an S3 request may leave its body out of the signature, and says so")
    func unsignedPayload() {
        let signer = AWSSigner(credential: s3Credential, service: "s3", region: "us-east-1")
        let request = SigningRequest(method: "PUT", host: "h", path: "/k", payload: .unsigned)
        let headers = signer.signHeaders(request, at: s3Date)
        #expect(headers.contains { $0.name == "x-amz-content-sha256" && $0.value == "UNSIGNED-PAYLOAD" })
        #expect(authorization(headers).contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date,"))
    }

    @Test("a credential is never printed")
    func redaction() {
        #expect("\(s3Credential)" == "Credential(redacted)")
        #expect(String(reflecting: s3Credential) == "Credential(redacted)")
    }
}
