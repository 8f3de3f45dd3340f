import Checksums
package import Clocks
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
        try await onThread {
            let (_, name) = try scratch.begin()
            let seconds = attributes.mtime.map { ":\($0.milliseconds)" } ?? ""
            let upload = MultipartUpload(key: key, id: name + seconds, partSize: partSize)
            try list(name).begin(upload, attributes)
            return upload
        }
    }

    package func putPart(_ number: Int, _ bytes: [UInt8], of upload: MultipartUpload) async throws -> UploadedPart {
        let part = UploadedPart(
            number: number,
            etag: String(number),
            size: Int64(bytes.count),
            checksum: CRC64NVME(of: bytes)
        )
        try await onThread {
            try write(bytes, of: upload, at: Int64(number - 1) * Int64(upload.partSize))
            try note(part, of: upload)
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
            try await onThread { try write(chunk, of: upload, at: start) }
            offset += Int64(chunk.count)
        }
        let part = try stream.finish(number: number, etag: String(number))
        try await onThread { try note(part, of: upload) }
        return part
    }

    package func storedParts(of upload: MultipartUpload) async throws -> [UploadedPart]? {
        try await onThread { try list(scratch.name(of: upload)).parts }
    }

    @discardableResult
    package func complete(_ upload: MultipartUpload, parts: [UploadedPart]) async throws -> StoredObject {
        try await onThread {
            let name = try scratch.name(of: upload)
            guard scratch.size(of: name) == parts.totalSize else {
                throw SyncError(.corruptContent, "the parts of an upload are not those that were stored")
            }
            let mtime = upload.id.split(separator: ":").dropFirst().first.flatMap { Int64($0) }
            var content = list(name).whole
            content.crc64nvme = parts.wholeChecksum
            let stored = try place(
                scratch.open(name),
                name,
                at: upload.key,
                content,
                mtime.map(Timestamp.init(milliseconds:))
            )
            try scratch.remove(name + PartList.suffix)
            return stored
        }
    }

    package func abort(_ upload: MultipartUpload) async throws {
        try await onThread {
            let name = try scratch.name(of: upload)
            try scratch.remove(name, name + PartList.suffix)
        }
    }

    package func openUploads(below folder: String, begunBefore moment: Timestamp) async throws -> [MultipartUpload] {
        try await onThread { scratch.uploads(below: folder, begunBefore: moment) }
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

    private func list(_ name: String) -> PartList {
        PartList(scratch.path + "/" + name)
    }

    private func write(_ bytes: [UInt8], of upload: MultipartUpload, at offset: Int64) throws {
        try scratch.open(scratch.name(of: upload)).write(bytes, at: offset)
    }

    private func note(_ part: UploadedPart, of upload: MultipartUpload) throws {
        let name = try scratch.name(of: upload)
        try scratch.open(name).synchronize()
        try list(name).add(part)
    }
}
