import Checksums
import Foundation
package import SyncCore

/// Uploads in parts: one file under the scratch folder that all parts are written into, each at its place, and beside it
/// a list of the parts that are on the disk as a whole.
extension FolderObjectStore {
    package func beginUpload(
        _ key: ObjectKey,
        _ attributes: ObjectAttributes,
        partSize: Int
    ) async throws -> MultipartUpload {
        try await onThread { files in
            let temporary = try files.newScratchFile()
            try files.mapped { try Data().write(to: URL(filePath: temporary)) }
            let name = URL(filePath: temporary).lastPathComponent
            let seconds = attributes.mtime.map { ":\($0.milliseconds)" } ?? ""
            let upload = MultipartUpload(key: key, id: name + seconds, partSize: partSize)
            try PartList(temporary).begin(upload, files)
            return upload
        }
    }

    package func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart {
        let offset = Int64(number - 1) * Int64(upload.partSize)
        let part = UploadedPart(
            number: number,
            etag: String(number),
            size: Int64(bytes.count),
            checksum: CRC64NVME(of: bytes)
        )
        try await onThread { files in
            let path = try files.scratchFile(of: upload)
            try files.write(bytes, to: path, at: offset)
            try PartList(path).add(part, files)
        }
        return part
    }

    package func putPart(
        _ number: Int,
        _ stream: ByteStream,
        size: Int64,
        of upload: MultipartUpload
    ) async throws -> UploadedPart {
        let stream = PartStream(stream, size: size)
        var offset = Int64(number - 1) * Int64(upload.partSize)
        for try await chunk in stream {
            let start = offset
            try await onThread { files in try files.write(chunk, to: files.scratchFile(of: upload), at: start) }
            offset += Int64(chunk.count)
        }
        let part = try stream.finish(number: number, etag: String(number))
        try await onThread { files in try PartList(files.scratchFile(of: upload)).add(part, files) }
        return part
    }

    package func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]? {
        try await onThread { files in try PartList(files.scratchFile(of: upload)).parts }
    }

    @discardableResult
    package func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws -> StoredObject {
        try await onThread { files in
            let path = try files.scratchFile(of: upload)
            guard try files.size(ofFile: path) == parts.totalSize else {
                throw SyncError(.corruptContent, "the parts of an upload are not those that were stored")
            }
            let mtime = upload.id.split(separator: ":").dropFirst().first.flatMap { Int64($0) }
            let stored = try files.move(path, to: upload.key, mtime: mtime.map(Timestamp.init(milliseconds:)))
            try files.remove(PartList(path).path)
            return stored
        }
    }

    package func abort(_ upload: MultipartUpload) async throws {
        try await onThread { files in
            let path = try files.scratchFile(of: upload)
            try files.remove(path)
            try files.remove(PartList(path).path)
        }
    }

    package func openUploads(below folder: String, begunBefore moment: Timestamp) async throws -> [MultipartUpload] {
        try await onThread { files in files.uploads(below: folder, begunBefore: moment) }
    }

    /// Removes what processes that were killed have left in a scratch folder, but for uploads in parts.
    package static func removeHalfWrittenFiles(in scratch: String) {
        let names = Set((try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? [])
        for name in names where !name.hasSuffix(PartList.suffix) && !names.contains(name + PartList.suffix) {
            // Whatever cannot be removed now is tried again by the next run.
            try? FileManager.default.removeItem(atPath: scratch + "/" + name)
        }
        // Fails, as it should, while an upload is there.
        rmdir(scratch)
    }
}

/// The list of an upload's parts: a file of lines. The first is the upload, as JSON; each other one is a part.
struct PartList {
    static let suffix = ".parts"
    let path: String

    /// - Parameter upload: the path of the file that the parts are written into.
    init(_ upload: String) {
        path = upload + Self.suffix
    }

    func begin(_ upload: MultipartUpload, _ files: FolderFiles) throws {
        let line = try FunctionJSON.encode(upload) + [UInt8(ascii: "\n")]
        try files.mapped { try Data(line).write(to: URL(filePath: path)) }
    }

    /// Notes a part. Its bytes are on the disk before the line is, so that no line speaks of bytes that a power cut takes.
    func add(_ part: UploadedPart, _ files: FolderFiles) throws {
        guard let checksum = part.checksum else { return }
        try files.synchronize(String(path.dropLast(Self.suffix.count)))
        try files.append(Array("\(part.number) \(part.size) \(checksum)\n".utf8), to: path)
    }

    /// The upload; nil when there is none.
    var upload: MultipartUpload? {
        lines?.first.flatMap { try? FunctionJSON.decode(MultipartUpload.self, from: $0) }
    }

    /// The parts; nil when there is no such upload.
    var parts: [UploadedPart]? {
        guard let lines else { return nil }
        var parts: [Int: UploadedPart] = [:]
        for line in lines.dropFirst() {
            let fields = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
            guard fields.count == 3, let number = Int(fields[0]), let size = Int64(fields[1]) else { continue }
            parts[number] = UploadedPart(
                number: number,
                etag: fields[0],
                size: size,
                checksum: CRC64NVME(fields[2])
            )
        }
        return parts.values.sorted { $0.number < $1.number }
    }

    private var lines: [ArraySlice<UInt8>]? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return Array(data).split(separator: UInt8(ascii: "\n"))
    }
}
