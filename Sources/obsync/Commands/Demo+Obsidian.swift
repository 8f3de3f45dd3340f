import Foundation
import Logging
import Simulators
import SyncCore

extension Demo {
    /// A sample of notes.
    static let obsidian = Demo(name: "obsidian", folder: "demo", canEdit: true) { call in
        var source = DemoSource(place: call.place)
        let library = try source.makeLibrary()
        if call.edit { announce(try source.edit(library), call.output) }
        try source.writeCredentials()
        return try await withObsidianSimulator(library: library, logger: try call.output.makeLogger()) { server in
            try await call.run(against: server.baseURL, ["OBSIDIAN_API_URL": server.baseURL])
        }
    }

    private static func announce(_ edits: [SampleLibrary.Edit], _ output: OutputOptions) {
        guard !output.isQuiet else { return }
        for edit in edits {
            let counts =
                "\(edit.changed.count) changed, \(edit.added.count) added, "
                + "\(edit.renamed.count) renamed, \(edit.deleted.count) deleted"
            StandardStreams.error("At the source, in vault \(edit.vaultID.prefix(8)): \(counts)")
        }
    }
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
        if !FileManager.default.fileExists(atPath: place.credentials) { try place.write(Self.sampleSecret) }
    }
}
