import Crypto
package import FoundationEssentials

/// A record as it goes over a socket: the names and the hash encrypted.
struct WireRecord: Encodable, Sendable {
    let op = "push"
    let uid: Int64
    var path: String
    var hash: String
    let size: Int
    let ctime: Int64
    let mtime: Int64
    let folder: Bool
    let deleted: Bool
    let device: String
    let user = 1
    /// Left out when there is none.
    let relatedpath: String?
}

/// The same record as other servers write it.
struct LooseWireRecord: Encodable, Sendable {
    let op = "push"
    let uid: String
    let path: String
    let hash: String
    let size: String
    let ctime: String?
    let mtime: Double
    let folder: Int
    let deleted: Int
    let relatedpath: [String]?
    let extra = ["unknown": [1, 2]]

    init(_ record: WireRecord) {
        uid = String(record.uid)
        path = record.path
        hash = record.hash
        size = "\(record.size).0"
        ctime = nil
        mtime = Double(record.mtime) + (record.mtime == 0 ? 0 : 0.5)
        folder = record.folder ? 1 : 0
        deleted = record.deleted ? 1 : 0
        relatedpath = record.relatedpath.map { [$0] }
    }
}

extension SimulatedVault {
    /// Encrypts what is private in a record, in the form that the record's device writes.
    func wire(_ record: SimulatedRecord) throws -> WireRecord {
        let form: SyntheticIVCipher.CounterForm =
            configuration.fullCounterDevices.contains(record.device) ? .fullBlock : .sixteenBit
        return WireRecord(
            uid: record.uid,
            path: try cipher.field(record.path, counter: form),
            hash: record.sha256.isEmpty ? "" : try cipher.field(record.sha256, counter: form),
            size: record.wireSize,
            ctime: record.ctime,
            mtime: record.mtime,
            folder: record.isFolder,
            deleted: record.isDeleted,
            device: record.device,
            relatedpath: try record.previousPath.map { try cipher.field($0, counter: form) }
        )
    }

    /// The encrypted body of a version; empty for an empty file, a folder and a deletion.
    ///
    /// The IV is made of the vault's id, the uid and the content's hash, so that the same history gives the same bytes.
    ///
    /// - Throws: what the cipher throws.
    package func body(of record: SimulatedRecord) throws -> Data {
        guard let content = record.content else { return Data() }
        let nonce = Array(SHA256.hash(data: Array("body/\(configuration.id)/\(record.uid)/\(record.sha256)".utf8)))[
            ..<12
        ]
        return try cipher.body(content.bytes(), nonce: nonce)
    }

    /// The bytes that the vault's history takes on the service.
    var storedBytes: Int { history.reduce(0) { $0 + $1.wireSize } }
}
