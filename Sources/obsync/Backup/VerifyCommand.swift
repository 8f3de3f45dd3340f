import ArgumentParser
import Backup
import Checksums
import Clocks
import Foundation
import SyncCore

/// `obsync verify`
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare every file of a mirror with what was stored.",
        discussion: """
            Every byte is read and hashed; of a bucket only with --read, as that costs, and what it costs is said before. The exit status is 65 when a file is missing, changed or corrupt; files that \
            Obsync did not store are told and harm nobody.
            """
    )

    @OptionGroup var backup: BackupOptions

    @Flag(help: "Compare sizes and times only, and what the store says of its objects; a flipped byte is not seen.")
    var quick = false

    @Flag(help: "Read every byte of a bucket, too.")
    var read = false

    @Option(
        help:
            "Look at a share of the files only: 3/30 is the third of thirty, so that thirty runs see each file once; today/30 is another one every day."
    )
    var part: String?

    @Option(help: "How many files are read at once.")
    var concurrency = 4

    @Option(help: "Read no faster than so many bytes a second; k, M and G count thousands: 20M.")
    var bwlimit: String?

    @Flag(help: "Mark what is wrong, so that the next obsync sync fetches it again.")
    var repair = false

    @Flag(help: "Print a JSON object for each file that is wrong, one a line, and one for the whole at the end.")
    var json = false

    func validate() throws {
        guard !(quick && read) else { throw ValidationError("--quick and --read exclude each other.") }
        try BackupOptions.check(concurrency: concurrency)
    }

    func run() async throws {
        var settings = Verification.Settings(filesAtOnce: concurrency)
        if let part { settings.share = try Share(part, now: SystemClock().now) }
        if let bwlimit {
            settings.bandwidth = BandwidthLimit(bytesPerSecond: try BandwidthLimit.bytes(bwlimit), clock: SystemClock())
        }
        var total = Verification.Summary()
        try await backup.withPlace { place in
            settings.depth = quick || place.isRemote && !read ? .quick : .bytes
            total = try await verify(place, settings)
        }
        try tell(total, isQuick: settings.depth == .quick)
        if !total.isIntact { throw ExitCode(65) }
    }

    private func verify(_ place: BackupPlace, _ settings: Verification.Settings) async throws -> Verification.Summary {
        guard let records = place.records else {
            throw SyncError(
                .invalidInput,
                "there are no records of \(place.name) here to compare with; name their folder with --state, or have them made: "
                    + "obsync sync --dest \(place.name.shellQuoted)"
            )
        }
        let vaults = try place.vaults(named: backup.vault)
        let files = FileSelection(backup.pattern)
        let progress = ReadProgress(isQuiet: json)
        if place.isRemote || progress.isShown {
            let cost = try await cost(of: vaults, records, files, settings.share)
            progress.expect(cost)
            if place.isRemote { StandardStreams.error(cost.sentence(reads: settings.depth == .bytes)) }
        }
        defer { progress.finish() }
        let verification = Verification(
            records,
            place.store,
            reserved: BackupPlace.reserved,
            settings: settings,
            makeHasher: { SHA256Hasher() },
            passed: progress.passed
        )
        var total = Verification.Summary()
        for vault in vaults {
            guard let id = vault.id else { continue }
            total += try await verification(id, folder: vault.folder, files) { finding in
                progress.interrupt()
                StandardStreams.output(try json ? text(of: finding, vault) : shown(finding, vault))
                if repair { try await mark(finding, id, records, SystemClock().now) }
            }
        }
        return total
    }

    private func cost(
        of vaults: [MirroredVault],
        _ records: any RecordStore,
        _ files: FileSelection,
        _ share: Share
    ) async throws -> ReadingCost {
        var cost = ReadingCost()
        for id in vaults.compactMap(\.id) {
            for try await page in records.allRecords(in: id, after: nil) {
                for record in page
                where record.status == .completed && files.contains(record.path) && share.contains(record.path) {
                    cost.add(record.size ?? 0)
                }
            }
        }
        return cost
    }

    /// Notes that a file has to be fetched again.
    private func mark(
        _ finding: Verification.Finding,
        _ vault: VaultID,
        _ records: any RecordStore,
        _ now: Timestamp
    ) async throws {
        guard let record = finding.record, finding.fault != .unreadable else { return }
        let author = FileRecord.Author(run: record.run, epoch: record.epoch, now: now)
        let lost = FileRecord(record.entry, status: .failed, author: author, previous: record, error: .objectLost)
        try await records.save(lost, in: vault)
    }

    private func shown(_ finding: Verification.Finding, _ vault: MirroredVault) -> String {
        let what =
            switch finding.fault {
            case .corrupt: "corrupt"
            case .missing: "missing"
            case .edited: "edited here"
            case .stranger: "not from Obsync"
            case .unreadable: "cannot be read (\(finding.reason ?? "unknown"))"
            }
        return "\(what): \(vault.shown(finding.path))"
    }

    private struct Line: Encodable {
        let fault: Verification.Fault
        let path: VaultPath
        let vault: VaultID?
        let reason: String?
    }

    private func text(of finding: Verification.Finding, _ vault: MirroredVault) throws -> String {
        let line = Line(fault: finding.fault, path: finding.path, vault: vault.id, reason: finding.reason)
        return String(decoding: try FunctionJSON.encode(line), as: UTF8.self)
    }

    private struct Totals: Encodable {
        let intact: Bool
        let files: Int
        let bytes: Int64
        let proven: Int
        let sizeOnly: Int
        let notMirrored: Int
        let faults: [String: Int]

        enum CodingKeys: String, CodingKey {
            case intact, files, bytes, proven, faults
            case sizeOnly = "size_only"
            case notMirrored = "not_mirrored"
        }
    }

    private func tell(_ total: Verification.Summary, isQuick: Bool) throws {
        let faults = Dictionary(uniqueKeysWithValues: total.faults.map { ($0.key.rawValue, $0.value) })
        if json {
            let totals = Totals(
                intact: total.isIntact,
                files: total.files,
                bytes: total.bytes,
                proven: total.proven,
                sizeOnly: total.sizeOnly,
                notMirrored: total.notMirrored,
                faults: faults
            )
            StandardStreams.output(String(decoding: try FunctionJSON.encode(totals), as: UTF8.self))
            return
        }
        let right = total.proven + total.sizeOnly
        let read = isQuick ? "compared without reading them" : "read, \(total.bytes.asSize)"
        StandardStreams.output("\(right) of \(total.files) files are as they were stored (\(read))")
        if total.sizeOnly > 0, !isQuick {
            StandardStreams.output("  of \(total.sizeOnly) of them no checksum is known; their sizes are right")
        }
        if total.notMirrored > 0 {
            StandardStreams.output("  \(total.notMirrored) more are not mirrored; obsync ls --failed names them")
        }
        if !total.isIntact {
            StandardStreams.output(
                repair
                    ? "  the next obsync sync fetches what is wrong"
                    : "  obsync verify --repair marks what is wrong, and the next obsync sync fetches it"
            )
        }
    }
}

extension Verification.Summary {
    fileprivate static func += (lhs: inout Self, rhs: Self) {
        lhs.files += rhs.files
        lhs.bytes += rhs.bytes
        lhs.proven += rhs.proven
        lhs.sizeOnly += rhs.sizeOnly
        lhs.notMirrored += rhs.notMirrored
        lhs.faults.merge(rhs.faults, uniquingKeysWith: +)
    }
}
