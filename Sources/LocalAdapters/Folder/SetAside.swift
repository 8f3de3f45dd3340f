import Checksums
import Clocks
import Foundation
import GRDB
import SyncCore

/// Something that was taken out of the mirror and is kept.
struct SetAside: Hashable, Sendable {
    /// The path in the mirror that it had.
    var key: String
    /// Its path below the folder of the history.
    var place: String
    /// Since when the mirror held it; nil where nobody noted it.
    var since: Timestamp?
    var until: Timestamp
    var ending: FileVersion.Ending
    var size: Int64
    var sha256: String?
    var crc64nvme: CRC64NVME?
    var mtime: Timestamp?
}

extension SetAside {
    init(_ row: Row) throws {
        guard let ending = FileVersion.Ending(rawValue: row["ending"]) else {
            throw SyncError(.storeUnavailable, "the history in the record database is damaged")
        }
        self.init(
            key: String(decoding: row["key"] as Data, as: UTF8.self),
            place: String(decoding: row["place"] as Data, as: UTF8.self),
            since: (row["since"] as Int64?).map { Timestamp(milliseconds: $0) },
            until: Timestamp(milliseconds: row["until"]),
            ending: ending,
            size: row["size"],
            sha256: row["sha256"],
            crc64nvme: (row["crc64nvme"] as String?).flatMap { CRC64NVME($0) },
            mtime: (row["mtime"] as Int64?).map { Timestamp(milliseconds: $0) }
        )
    }
}
