import ArgumentParser
import SyncCore

/// `obsync demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Mirror a sample library from a built-in provider: no account, no AWS.",
        discussion: "Run it twice: the second time nothing is transferred. Then with --edit: only what changed is."
    )

    @Option(help: "The provider whose sample library is mirrored: \(Demo.allValueStrings.joined(separator: ", ")).")
    var provider = Demo.obsidian

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
        guard !edit || provider.canEdit else {
            throw SyncError(.invalidInput, "the option --edit goes with the provider obsidian only; leave it out")
        }
        let call = Demo.Call(
            place: place,
            environment: environment,
            edit: edit,
            options: options,
            output: output,
            interruption: Interruption()
        )
        try output.show(try await output.reporting(call.interruption) { try await provider.run(call) }, in: place.name)
        guard !output.isQuiet else { return }
        StandardStreams.output("As a picture: obsync report --dest \(place.name.shellQuoted)")
        if provider.canEdit {
            StandardStreams.output("Next: the same command again, then with --edit (make demo-edit).")
        }
    }
}
