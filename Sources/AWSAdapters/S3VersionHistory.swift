package import AWSClient
import Checksums
import Clocks
package import SyncCore

/// What a bucket holds and held: the versions of its objects and their delete markers.
///
/// It needs no records, and no more than the right to list versions and to read: hash, times and paths are in keys and
/// metadata. Of a store that lists no versions it is what the bucket holds now. S3 tells to the second when a version was written; of an upload in parts, when that was begun.
package struct S3VersionHistory: VersionHistory {
    private let s3: S3
    private let bucket: String
    private let prefix: String
    private let reserved: [String]
    private let known: [MirroredVault]?
    private let blockSize: Int

    /// Makes a history.
    ///
    /// - Parameters:
    ///   - s3: the service.
    ///   - bucket: the bucket's name.
    ///   - prefix: what every key begins with: empty, or ending in `/`.
    ///   - reserved: folders below the prefix that hold no files of a mirror.
    ///   - vaults: the vaults that records know; nil to take them from the folders of the bucket.
    ///   - blockSize: how many bytes one request reads.
    package init(
        s3: S3,
        bucket: String,
        prefix: String,
        reserved: [String],
        vaults: [MirroredVault]? = nil,
        blockSize: Int = 512 << 10
    ) {
        self.s3 = s3
        self.bucket = bucket
        self.prefix = prefix
        self.reserved = reserved
        known = vaults
        self.blockSize = blockSize
    }

    package func vaults() async throws -> [MirroredVault] {
        if let known { return known }
        var folders: Set<String> = []
        let pages = S3Versions(s3: s3, bucket: bucket, prefix: prefix, delimiter: "/")
        try await mappingErrors {
            for try await page in pages {
                for folder in page.folders where folder.utf8.starts(with: prefix.utf8) {
                    folders.insert(String(folder.dropFirst(prefix.count).dropLast()))
                }
            }
        }
        folders.subtract(reserved)
        // A library without folders of vaults lies below the years of its media.
        if !folders.isEmpty, folders.allSatisfy(\.isYear) { return [MirroredVault(id: nil, folder: "")] }
        return folders.sorted().map { MirroredVault(id: nil, folder: $0) }
    }

    package func files(of vault: MirroredVault) -> any AsyncSequence<[FileVersions], any Error> & Sendable {
        let folder = vault.folder.isEmpty ? prefix : "\(prefix)\(vault.folder)/"
        return S3FileVersions(
            pages: S3Versions(s3: s3, bucket: bucket, prefix: folder),
            prefixLength: folder.utf8.count,
            ignored: vault.folder.isEmpty ? reserved : []
        )
    }

    package func read(_ version: FileVersion, from offset: Int64) async throws -> ByteStream? {
        let (key, id) = try S3VersionPlace.parts(of: version.place)
        do {
            let object = S3Blocks.Object(s3: s3, bucket: bucket, key: key, versionId: id, blockSize: blockSize)
            return try await S3Blocks(object, from: offset)
        } catch let error as AWSError where error.code == .noSuchKey || error.code.rawValue == "NoSuchVersion" {
            return nil
        } catch {
            throw SyncError.mapped(error)
        }
    }

    package func details(of version: FileVersion) async throws -> FileVersion {
        let (key, id) = try S3VersionPlace.parts(of: version.place)
        let request = S3.HeadObjectRequest(bucket: bucket, checksumMode: .enabled, key: key, versionId: id)
        let output = try await mappingErrors { try await s3.headObject(request) }
        var version = version
        version.size = output.contentLength ?? version.size
        version.sha256 = output.metadata["sha256"]
        // The checksum of parts is not that of the bytes.
        if output.checksumType != .composite {
            version.crc64nvme = output.checksumCRC64NVME.flatMap { CRC64NVME(base64: $0) }
        }
        version.mtime = output.metadata["mtime"].flatMap(Timestamp.init(seconds:))
        version.isMarked = output.metadata["source-version"] != nil
        return version
    }
}

/// A place in a versioned bucket: version and key, which may hold any character.
enum S3VersionPlace {
    static func place(_ key: String, _ versionId: String) -> FileVersion.Place {
        .init(rawValue: "\(versionId)/\(key)")
    }

    /// The key, and the version in a store that names any.
    static func parts(of place: FileVersion.Place) throws(SyncError) -> (key: String, versionId: String?) {
        guard let slash = place.rawValue.firstIndex(of: "/") else {
            throw SyncError(.invalidInput, "a place of another store was given to a bucket")
        }
        let version = String(place.rawValue[..<slash])
        return (String(place.rawValue[place.rawValue.index(after: slash)...]), version.isEmpty ? nil : version)
    }
}

extension Timestamp {
    /// Reads seconds since 1970 with a fraction, as the metadata `mtime` has them.
    init?(seconds text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let seconds = Int64(parts[0]), seconds >= 0, seconds < 1 << 40 else {
            return nil
        }
        let fraction = parts.count == 2 ? Int64(parts[1].prefix(3).padded(to: 3)) : 0
        guard let fraction, fraction >= 0 else { return nil }
        self.init(milliseconds: (seconds * 1000 + fraction) * (isNegative ? -1 : 1))
    }
}

extension Substring {
    fileprivate func padded(to count: Int) -> String {
        self + String(repeating: "0", count: Swift.max(0, count - self.count))
    }
}

extension String {
    fileprivate var isYear: Bool {
        utf8.count == 4 && utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
}
