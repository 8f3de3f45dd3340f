import ArgumentParser
import Foundation
import Logging
import Simulators
import SyncCore

/// `obsync demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Mirror a sample library from a built-in provider: no account, no AWS.",
        discussion: "Run it twice: the second time nothing is transferred. Then with --edit: only what changed is."
    )

    @Option(help: "The provider whose sample library is mirrored: \(DemoProvider.names).")
    var provider = DemoProvider.obsidian

    @Option(
        help: "Where the files go: a folder, or s3://bucket/prefix; demo where none is named, demo-gopro for GoPro.",
        completion: .directory
    )
    var dest: String?

    @OptionGroup var placing: PlaceOptions

    @Flag(help: "Change some notes at the source first, add, rename and delete some.")
    var edit = false

    @OptionGroup var options: RunOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let place = try placing.place(dest ?? provider.folder)
        let environment = place.demoEnvironment
        _ = try place.prepare(environment: environment)
        if provider == .gopro {
            guard !edit else {
                throw SyncError(.invalidInput, "the option --edit goes with the provider obsidian only; leave it out")
            }
            let demo = GoProDemo(place: place, environment: environment)
            let interruption = Interruption()
            let summary = try await output.reporting(interruption) {
                try await demo.run(SampleMediaLibrary.make(), options, output, interruption)
            }
            try output.show(summary, in: place.name)
            if !output.isQuiet { suggestReport(place.name) }
            return
        }
        var source = DemoSource(place: place)
        let library = try source.makeLibrary()
        if edit { announce(try source.edit(library)) }
        try source.writeCredentials()
        let interruption = Interruption()
        let summary = try await output.reporting(interruption) {
            try await withObsidianSimulator(library: library, logger: try output.makeLogger()) { server in
                if !output.isQuiet { StandardStreams.error("The built-in provider listens on \(server.baseURL)") }
                let run = LocalRun(
                    place: place,
                    credentials: place.credentials,
                    environment: environment.merging(["OBSIDIAN_API_URL": server.baseURL]) { $1 },
                    isQuiet: output.isQuiet,
                    logger: try output.makeLogger(),
                    interruption: interruption
                )
                return try await run.run(vault: nil, options)
            }
        }
        try output.show(summary, in: place.name)
        if !output.isQuiet { suggest(place.name) }
    }

    private func announce(_ edits: [SampleLibrary.Edit]) {
        guard !output.isQuiet else { return }
        for edit in edits {
            let counts =
                "\(edit.changed.count) changed, \(edit.added.count) added, "
                + "\(edit.renamed.count) renamed, \(edit.deleted.count) deleted"
            StandardStreams.error("At the source, in vault \(edit.vaultID.prefix(8)): \(counts)")
        }
    }

    private func suggestReport(_ place: String) {
        StandardStreams.output("As a picture: obsync report --dest \(place.shellQuoted)")
    }

    private func suggest(_ place: String) {
        suggestReport(place)
        StandardStreams.output("Next: the same command again, then with --edit (make demo-edit).")
    }
}

/// Whose sample library the demo mirrors.
enum DemoProvider: String, CaseIterable, ExpressibleByArgument {
    case obsidian, gopro

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    var folder: String { self == .obsidian ? "demo" : "demo-gopro" }
}

/// The sample library as the demo has left it: the same in every process.
struct DemoSource {
    private let place: any MirrorPlace
    private var roundsFile: String { place.data + "/demo-edits" }

    init(place: any MirrorPlace) {
        self.place = place
    }

    /// The sample account's credentials, which are public.
    static var sampleSecret: Secret {
        Secret([:])
            .setting(.string("obsidian"), at: "provider")
            .setting(.string(SampleLibrary.email), at: "auth", "email")
            .setting(.string(SampleLibrary.password), at: "auth", "password")
            .setting(.string(SampleLibrary.totpSecret), at: "auth", "totp_secret")
            .setting(.string(SampleLibrary.fieldNotesPassword), at: "vaults", SampleLibrary.fieldNotesID, "password")
    }

    private var rounds: Int {
        let text = try? String(contentsOfFile: roundsFile, encoding: .utf8)
        return text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
    }

    /// The library after all edits so far.
    func makeLibrary() throws -> SimulatedLibrary {
        let library = try SampleLibrary.make()
        for round in stride(from: 1, through: rounds, by: 1) { _ = try SampleLibrary.edit(library, round: round) }
        return library
    }

    /// Edits the library once more, and remembers it.
    mutating func edit(_ library: SimulatedLibrary) throws -> [SampleLibrary.Edit] {
        let round = rounds + 1
        let edits = try SampleLibrary.edit(library, round: round)
        try String(round).write(toFile: roundsFile, atomically: true, encoding: .utf8)
        return edits
    }

    /// Writes the sample account's credentials where there are none yet; a token that is kept there stays.
    func writeCredentials() throws {
        guard !FileManager.default.fileExists(atPath: place.credentials) else { return }
        let isWritten = FileManager.default.createFile(
            atPath: place.credentials,
            contents: Data(try Self.sampleSecret.json),
            attributes: [.posixPermissions: 0o600]
        )
        guard isWritten else {
            throw SyncError(.invalidInput, "nothing can be written to the folder; name another one with --dest")
        }
    }
}
