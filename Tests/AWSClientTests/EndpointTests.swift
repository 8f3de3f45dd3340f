import Testing

@testable import AWSClient

@Suite("endpoints")
struct EndpointTests {
    @Test(
        "an address is taken apart",
        arguments: [
            ("http://localhost:4566", "http://localhost:4566", "localhost:4566"),
            ("https://example.org", "https://example.org", "example.org"),
            ("https://example.org:443/", "https://example.org", "example.org"),
            ("http://example.org:80/a/b/", "http://example.org/a/b", "example.org"),
            ("https://[::1]:8443", "https://[::1]:8443", "[::1]:8443"), ("http://[::1]", "http://[::1]", "[::1]"),
        ]
    )
    func parsing(_ text: String, _ base: String, _ authority: String) throws {
        let endpoint = try Endpoint(parsing: text)
        #expect(endpoint.base == base)
        #expect(endpoint.authority == authority)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "localhost", "ftp://x", "http://", "http://user@host", "http://host:0", "http://host:65536",
            "http://host:x", "http://host/?q", "http://host/#f", "http://ho st", "http://host:", "http://[::1",
            "http://[]", "https://host/%2e", "https://host/a/../b", "https://host/./b", "http://host\r\nX: y",
            "http://[a/b]",
        ]
    )
    func refused(_ text: String) {
        #expect(throws: AWSError.self) { try Endpoint(parsing: text) }
    }

    @Test(
        "an address on this machine is known",
        arguments: [
            ("http://localhost:1", true), ("http://127.0.0.1", true), ("http://127.1.2.3", true),
            ("http://[::1]:1", true),
            ("http://127.0.0.1.example.org", false), ("http://10.0.0.1", false), ("http://127.0.0", false),
        ]
    )
    func loopback(_ text: String, _ expected: Bool) throws {
        #expect(try Endpoint(parsing: text).isLoopback == expected)
    }

    @Test("the variable of a service goes before the common one, and a broken one is named")
    func environment() throws {
        let endpoints = try Endpoints(environment: [
            "AWS_ENDPOINT_URL": "http://all:1", "AWS_ENDPOINT_URL_S3": "http://s3:2",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://secrets:3", "AWS_ENDPOINT_URL_SFN": "",
        ])
        let region = Region(rawValue: "us-east-1")
        for service in AWSService.all {
            let expected = ["s3": "http://s3:2", "secretsmanager": "http://secrets:3"][service.name] ?? "http://all:1"
            #expect(try endpoints.endpoint(of: service, region: region).base == expected, "\(service.name)")
        }
        let error = #expect(throws: AWSError.self) { try Endpoints(environment: ["AWS_ENDPOINT_URL_SNS": "nonsense"]) }
        #expect(error?.message.contains("AWS_ENDPOINT_URL_SNS") == true)
    }

    @Test(
        "each partition has its own end of the name",
        arguments: [
            ("eu-central-1", "dynamodb.eu-central-1.amazonaws.com"),
            ("cn-north-1", "dynamodb.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", "dynamodb.us-gov-west-1.amazonaws.com"),
        ]
    )
    func partitions(_ region: String, _ host: String) throws {
        #expect(try Endpoints().endpoint(of: .dynamoDB, region: Region(rawValue: region)).host == host)
    }

    @Test("the partition's name is the one that ARNs carry")
    func partitionNames() {
        #expect(Region(rawValue: "cn-north-1").partition.rawValue == "aws-cn")
        #expect(Region(rawValue: "us-gov-east-1").partition.rawValue == "aws-us-gov")
        #expect(Region(rawValue: "eu-west-1").partition.rawValue == "aws")
    }

    @Test("the region comes from the first variable that is set, then from the profile")
    func region() throws {
        let both = ["AWS_REGION": "a-1", "AWS_DEFAULT_REGION": "b-1"]
        #expect(try Region.fromEnvironment(both).rawValue == "a-1")
        #expect(try Region.fromEnvironment(["AWS_REGION": "", "AWS_DEFAULT_REGION": "b-1"]).rawValue == "b-1")
        #expect(try Region.fromEnvironment([:], profile: Profile(settings: ["region": "c-1"])).rawValue == "c-1")
        #expect(throws: AWSError.self) { try Region.fromEnvironment([:]) }
        #expect(throws: AWSError.self) { try Region.fromEnvironment(["AWS_REGION": "evil.example.org/"]) }
    }
}

@Suite("S3Address")
struct S3AddressTests {
    private func address(
        _ bucket: String,
        _ key: String? = "k",
        region: String = "eu-central-1",
        custom: String? = nil,
        addressing: S3Addressing = .automatic
    ) throws -> String {
        var endpoints = try custom.map { Endpoints(all: try Endpoint(parsing: $0)) } ?? Endpoints()
        endpoints.addressing = addressing
        let address = try S3Address(bucket: bucket, key: key, endpoints: endpoints, region: Region(rawValue: region))
        return address.endpoint.base + address.path
    }

    @Test("a bucket is in the host name where it can be, else in the path")
    func styles() throws {
        #expect(try address("my-bucket") == "https://my-bucket.s3.eu-central-1.amazonaws.com/k")
        #expect(try address("my-bucket", nil) == "https://my-bucket.s3.eu-central-1.amazonaws.com/")
        #expect(try address("my.bucket") == "https://s3.eu-central-1.amazonaws.com/my.bucket/k")
        #expect(try address("Old_Bucket") == "https://s3.eu-central-1.amazonaws.com/Old_Bucket/k")
        #expect(try address("bucket", region: "cn-north-1") == "https://bucket.s3.cn-north-1.amazonaws.com.cn/k")
        #expect(try address("bucket", custom: "http://localhost:9000") == "http://localhost:9000/bucket/k")
        #expect(try address("bucket", nil, custom: "http://localhost:9000") == "http://localhost:9000/bucket")
    }

    @Test("where the bucket is named can be chosen")
    func chosenStyle() throws {
        #expect(
            try address("my-bucket", addressing: .path) == "https://s3.eu-central-1.amazonaws.com/my-bucket/k"
        )
        let own = "https://s3.example.org:9000/base"
        #expect(try address("my-bucket", custom: own) == own + "/my-bucket/k")
        #expect(
            try address("my-bucket", custom: own, addressing: .virtualHost)
                == "https://my-bucket.s3.example.org:9000/base/k"
        )
        #expect(try address("my.bucket", custom: own, addressing: .virtualHost) == own + "/my.bucket/k")
        for host in ["http://127.0.0.1:9000", "http://[::1]:9000"] {
            #expect(try address("my-bucket", custom: host, addressing: .virtualHost) == host + "/my-bucket/k")
        }
    }

    @Test(
        "every byte of a key is kept",
        arguments: [
            ("a/../b", "a/../b"), ("a//b/", "a//b/"), ("/x", "/x"), ("e\u{301}", "e%CC%81"), ("\u{E9}", "%C3%A9"),
            ("100% +?#&", "100%25%20%2B%3F%23%26"), ("\u{1F600}", "%F0%9F%98%80"), ("\u{1}\n", "%01%0A"),
        ]
    )
    func keys(_ key: String, _ path: String) throws {
        #expect(
            try Array(address("bucket", key).utf8) == Array("https://bucket.s3.eu-central-1.amazonaws.com/\(path)".utf8)
        )
    }

    @Test(
        "what cannot be a bucket or a key is refused",
        arguments: [
            ("a/b/c", "k"), ("ab", "k"), ("bücket", "k"), ("a b c", "k"), ("bucket", ""),
            ("bucket", String(repeating: "x", count: 1025)), ("evil.org#", "k"),
        ]
    )
    func refused(_ bucket: String, _ key: String) {
        #expect(throws: AWSError.self) { try address(bucket, key) }
    }
}
