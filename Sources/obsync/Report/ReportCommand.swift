import AWSAdapters
import ArgumentParser
import Clocks
import Foundation
import LocalAdapters
import StateMachine
import SyncCore

/// `obsync report`
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a page of HTML of a run: its way through the state machine, its batches, files and failures.",
        discussion: """
            The page needs nothing but itself. In a folder it names vaults and files; of a deployment on AWS only with --with-names.
            """
    )

    @Argument(help: "The run, by the name of any of its executions; the newest where none is named.")
    var run: String?

    @Option(help: "The file that the page goes to, - for standard output; obsync-<run>.html where none is named.")
    var out: String?

    @Flag(help: "Name vaults and files of a deployment on AWS.")
    var withNames = false

    @OptionGroup var place: ExecutionPlaceOptions

    func run() async throws {
        let page: (name: String, html: String)
        switch try place.mirror.mirror() {
        case .place(let mirror):
            page = try await Self.page(of: try await ReportSource(mirror), run, withNames: true)
        case .deployment(let choice):
            let (run, withNames) = (run, withNames)
            page = try await AWSDeployment.with(choice, try place.log.makeLogger()) { deployment in
                try await Self.page(of: try await ReportSource(deployment), run, withNames: withNames)
            }
        }
        let file = out ?? "obsync-\(page.name).html"
        if file == "-" { return StandardStreams.output(page.html, terminator: "") }
        // It may name notes: nobody else is to read it.
        let isWritten = FileManager.default.createFile(
            atPath: file,
            contents: Data(page.html.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else {
            throw SyncError(.invalidInput, "\(file.printable) cannot be written; name another file with --out")
        }
        StandardStreams.output("The report is \(file)")
    }

    private static func page(
        of source: ReportSource,
        _ run: String?,
        withNames: Bool
    ) async throws -> (name: String, html: String) {
        let data = try await source.collect(run, withNames: withNames)
        let name = data.last?.name ?? "run"
        return (
            name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") },
            ReportPage(data: data).html
        )
    }
}

extension ReportSource {
    private static let mostNamed = 200

    /// What is kept of the runs of a mirror.
    ///
    /// - Throws: `InvalidInput` where nothing is.
    init(_ place: any MirrorPlace) async throws {
        let archive = try KeptExecutions(in: place)
        let records = try SQLiteRecordStore(path: place.records)
        let vaults = try await records.vaults()
        let environment = ProcessInfo.processInfo.environment
        self.init(
            place: place.name,
            archive: archive,
            records: records,
            vaults: vaults,
            state: place.state,
            credentials: CredentialsPlace(option: nil, environment: environment, place: place).found,
            setAside: (place as? LocalFolder).map { folder in
                { try await Self.setAside(in: folder, records, vaults, $0, $1) }
            }
        )
    }

    /// What a deployment knows of its runs.
    init(_ deployment: AWSDeployment) async throws {
        self.init(
            place: deployment.title,
            archive: deployment.executions,
            records: deployment.records,
            vaults: try await deployment.records.vaults(),
            state: deployment.state,
            credentials: nil,
            setAside: nil
        )
    }

    private static func setAside(
        in folder: LocalFolder,
        _ records: SQLiteRecordStore,
        _ vaults: [VaultID],
        _ from: Clocks.Timestamp,
        _ to: Clocks.Timestamp
    ) async throws -> ReportData.SetAside {
        var found = ReportData.SetAside()
        let store = FolderObjectStore(root: folder.path, scratch: folder.data + "/tmp")
        for vault in vaults {
            guard let state = try await records.state(of: vault) else { continue }
            let mirrored = MirroredVault(id: vault, folder: state.folder)
            let history = FolderVersionHistory(records, store, history: folder.data + "/history", vaults: [mirrored])
            var pages = history.files(of: mirrored).makeAsyncIterator()
            while let page = try await pages.next(isolation: nil) {
                for file in page {
                    for version in file.versions {
                        guard let until = version.until, let ending = version.ending, until >= from, until <= to else {
                            continue
                        }
                        found.counts[ending, default: 0] += 1
                        guard found.named.count < mostNamed else { continue }
                        found.named.append((vault.rawValue, file.path.rawValue, version.size, ending))
                    }
                }
            }
        }
        return found
    }
}
