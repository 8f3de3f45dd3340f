import AWSSigning

/// Where S3's addresses name the bucket; the raw values are those of a profile's `addressing_style`.
package enum S3Addressing: String, Sendable {
    /// In the host name at AWS when the bucket's name can be part of one, in the path at every other address.
    case automatic = "auto"
    /// In the path, always.
    case path
    /// In the host name, where the address has one and the bucket's name can be part of it.
    case virtualHost = "virtual"
}

/// Where an object is: the bucket in the host name, or in the path.
///
/// A dot in a bucket's name would not fit the certificate of its host name, so over TLS such a bucket is in the path.
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
        if Self.isInHost(bucket, endpoints, regional) {
            endpoint = Endpoint(
                isSecure: regional.isSecure,
                host: bucket + "." + regional.host,
                port: regional.port,
                basePath: regional.basePath
            )
            path = keyPath
        } else {
            endpoint = regional
            path = "/" + bucket + (key == nil ? "" : keyPath)
        }
    }

    private static func isInHost(_ bucket: String, _ endpoints: Endpoints, _ regional: Endpoint) -> Bool {
        switch endpoints.addressing {
        case .path: false
        case .automatic: endpoints.replacement(of: .s3) == nil && canBeHost(bucket)
        case .virtualHost: !regional.isAddress && canBeHost(bucket)
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
