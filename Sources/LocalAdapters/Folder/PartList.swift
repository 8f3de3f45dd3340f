import Checksums
import Foundation
import SyncCore

/// The list of an upload's parts: a file of lines. The first is the upload, as JSON; each other one is a part, or begins with
/// `=` and gives SHA-256 and version of the whole. The first release passes by what it does not know.
struct PartList {
    static let suffix = ".parts"
    private static let newline = UInt8(ascii: "\n")
    private let path: String

    /// - Parameter upload: the path of the file that the parts are written into.
    init(_ upload: String) {
        path = upload + Self.suffix
    }

    func begin(_ upload: MultipartUpload, _ attributes: ObjectAttributes) throws {
        let version = attributes.sourceVersion.flatMap { $0.contains(where: \.isWhitespace) ? nil : $0 }
        let whole = "= \(attributes.sha256 ?? "-") \(version ?? "-")\n"
        let file = try OpenFile(path: path, O_WRONLY | O_CREAT | O_TRUNC)
        try file.write(try FunctionJSON.encode(upload) + [Self.newline] + Array(whole.utf8), at: 0)
    }

    /// Notes a part. Its bytes have to be on the disk before: no line may name bytes that a power cut takes.
    func add(_ part: UploadedPart) throws {
        guard let checksum = part.checksum else { return }
        try OpenFile(path: path, O_WRONLY | O_APPEND).append(Array("\(part.number) \(part.size) \(checksum)\n".utf8))
    }

    /// The upload; nil when there is none.
    var upload: MultipartUpload? {
        lines?.first.flatMap { try? FunctionJSON.decode(MultipartUpload.self, from: $0) }
    }

    /// What is known of the whole.
    var whole: StoredContent {
        for fields in lines?.dropFirst().map(Self.fields) ?? [] where fields.count == 3 && fields[0] == "=" {
            return StoredContent(
                sha256: fields[1] == "-" ? nil : fields[1],
                version: fields[2] == "-" ? nil : fields[2]
            )
        }
        return StoredContent()
    }

    /// The parts; nil when there is no such upload.
    var parts: [UploadedPart]? {
        guard let lines else { return nil }
        var parts: [Int: UploadedPart] = [:]
        for fields in lines.dropFirst().map(Self.fields) {
            guard fields.count == 3, let number = Int(fields[0]), let size = Int64(fields[1]) else { continue }
            parts[number] = UploadedPart(number: number, etag: fields[0], size: size, checksum: CRC64NVME(fields[2]))
        }
        return parts.values.sorted { $0.number < $1.number }
    }

    private static func fields(_ line: ArraySlice<UInt8>) -> [String] {
        String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
    }

    private var lines: [ArraySlice<UInt8>]? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return Array(data).split(separator: Self.newline)
    }
}
