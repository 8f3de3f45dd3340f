import Crypto

/// What a signature says about the body: its SHA-256, or that it is not covered.
package struct PayloadHash: Sendable, Equatable {
    /// The text that goes into the signature and the `x-amz-content-sha256` header.
    package let value: String

    private init(value: String) {
        self.value = value
    }

    /// The body is not part of the signature. Only S3 takes it, and only TLS makes it safe.
    package static let unsigned = PayloadHash(value: "UNSIGNED-PAYLOAD")

    /// The body is not part of the signature, and comes in chunks with a checksum after the last one.
    package static let unsignedWithTrailer = PayloadHash(value: "STREAMING-UNSIGNED-PAYLOAD-TRAILER")

    /// The hash of an empty body.
    package static let empty = PayloadHash(
        value: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )

    /// Hashes a body.
    package static func sha256(_ bytes: UnsafeRawBufferPointer) -> PayloadHash {
        PayloadHash(value: hexadecimal(SHA256.hash(data: bytes)))
    }

    /// Hashes a body.
    package static func sha256(_ bytes: [UInt8]) -> PayloadHash {
        bytes.withUnsafeBytes { sha256($0) }
    }
}

/// Lower-case hexadecimal digits of `bytes`.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(64)
    appendHexadecimal(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
}

/// Appends lower-case hexadecimal digits of `bytes` to `text`.
func appendHexadecimal(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
    for byte in bytes {
        text.append(lowerCaseDigit(byte >> 4))
        text.append(lowerCaseDigit(byte & 15))
    }
}

private func lowerCaseDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
