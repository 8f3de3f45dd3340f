import AWSSigning

/// Where an object is: the bucket in the host name, or in the path.
///
/// The host name it is for AWS itself when the name can be one; a dot in it would not fit AWS's certificate. Whoever
/// replaces the address gets the path, which every emulator understands.
struct S3Address: Sendable, Equatable {
    let endpoint: Endpoint
    let path: String

    /// Makes an address.
    ///
    /// - Throws: ``AWSError`` with ``AWSErrorCode/invalidRequest`` for a bucket or key that cannot be one.
    init(bucket: String, key: String? = nil, endpoints: Endpoints, region: Region) throws {
        let bytes = bucket.utf8
        let isName = bytes.count >= 3 && bytes.count <= 255
        guard isName, bytes.allSatisfy({ Endpoint.isHostByte($0) || $0 == UInt8(ascii: "_") }), bucket != ".." else {
            throw AWSError(.invalidRequest, message: "the bucket's name is not one", service: "s3")
        }
        if let key, key.isEmpty || key.utf8.count > 1024 {
            throw AWSError(.invalidRequest, message: "a key has 1 to 1024 bytes", service: "s3")
        }
        let keyPath = "/" + (key.map(PercentEncoding.path) ?? "")
        let regional = try endpoints.endpoint(of: .s3, region: region)
        if endpoints.replacement(of: .s3) == nil && Self.canBeHost(bucket) {
            endpoint = Endpoint(host: bucket + "." + regional.host)
            path = keyPath
        } else {
            endpoint = regional
            path = "/" + bucket + (key == nil ? "" : keyPath)
        }
    }

    private static func canBeHost(_ bucket: String) -> Bool {
        let bytes = bucket.utf8
        return bytes.count <= 63 && bytes.first != UInt8(ascii: "-") && bytes.last != UInt8(ascii: "-")
            && bytes.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (0x30...0x39).contains(byte)
                    || byte == UInt8(ascii: "-")
            }
    }
}
