/// What is mirrored, and how the providers are reached.
extension Setting {
    private static let everybody = Set(Reader.allCases)
    private static let counts = 0...1_000_000_000

    package static let exclude = Setting(
        "SYNC_EXCLUDE",
        option: "--exclude",
        parameter: "Exclude",
        usual: "`.obsidian/workspace*.json`",
        for: [.lister, .commandLine],
        "What is not mirrored: patterns in the syntax of gitignore, by comma or by line"
    )
    package static let include = Setting(
        "SYNC_INCLUDE",
        option: "--include",
        parameter: "Include",
        usual: "everything",
        for: [.lister, .commandLine],
        "What alone is mirrored, in the same syntax"
    )
    package static let shared = Setting(
        "SYNC_SHARED",
        option: "--shared",
        parameter: "SharedVaults",
        form: .flag,
        usual: "false",
        for: [.lister, .commandLine],
        "Whether vaults that others share with the account are mirrored without being named; those that are mirrored already go on"
    )
    package static let deletions = Setting(
        "DELETION_POLICY",
        option: "--deletions",
        parameter: "DeletionsPolicy",
        form: .choice(["mirror", "keep"]),
        usual: "mirror with Obsidian, keep with GoPro",
        for: [.lister, .commandLine],
        "Whether files that are gone at the source are deleted (mirror) or kept (keep)"
    )
    package static let brakeFiles = Setting(
        "DELETION_BRAKE_FILES",
        option: "--brake-files",
        parameter: "DeletionBrakeFiles",
        form: .integer(counts),
        usual: "10",
        for: [.lister, .commandLine],
        "More deletions than this, and than the percentage, in one run and the seven days before are held back; files that were only "
            + "moved do not count"
    )
    package static let brakePercent = Setting(
        "DELETION_BRAKE_PERCENT",
        option: "--brake-percent",
        parameter: "DeletionBrakePercent",
        form: .integer(0...100),
        usual: "20",
        for: [.lister, .commandLine],
        "The percentage that goes with it: of a vault's files, and of their bytes"
    )
    package static let brakeMost = Setting(
        "DELETION_BRAKE_MOST",
        option: "--brake-most",
        parameter: "DeletionBrakeMost",
        form: .integer(counts),
        usual: "1000",
        for: [.lister, .commandLine],
        "More deletions than this are held back, whatever share they are"
    )

    package static let obsidianSockets = Setting(
        "OBSIDIAN_SOCKETS",
        parameter: "ObsidianSockets",
        form: .integer(1...8),
        usual: "1",
        for: [.downloader, .commandLine],
        "Sockets of one open vault; each fetches one file at a time"
    )
    package static let obsidianEncryption = Setting(
        "OBSIDIAN_ENCRYPTION_VERSION",
        parameter: "ObsidianEncryptionVersion",
        form: .choice(["0", "2", "3"]),
        usual: "0",
        for: everybody,
        "How vaults are encrypted of which the server does not say it"
    )
    package static let goproSidecars = Setting(
        "GOPRO_SIDECARS",
        parameter: "GoProSidecars",
        form: .flag,
        usual: "false",
        for: everybody,
        "Whether telemetry and the like are mirrored too"
    )
    package static let goproFetches = Setting(
        "GOPRO_CONCURRENT_FETCHES",
        parameter: "GoProConcurrentFetches",
        form: .integer(1...16),
        usual: "5",
        for: everybody,
        "Ranges and files that one invocation reads at once"
    )
    package static let goproResolves = Setting(
        "GOPRO_RESOLVES_PER_SECOND",
        parameter: "GoProResolvesPerSecond",
        form: .number(0...1000),
        usual: "2",
        for: everybody,
        "Requests for single media in a second, all functions together (each downloader takes its share: one of "
            + "`LAMBDA_MAX_CONCURRENT`, or of 5); 0 for no limit"
    )
    package static let obsidianAddress = Setting(
        "OBSIDIAN_API_URL",
        usual: "the service",
        for: everybody,
        "Another address for Obsidian's service"
    )
    package static let goproAddress = Setting(
        "GOPRO_API_URL",
        usual: "the service",
        for: everybody,
        "Another address for GoPro's service"
    )
    package static let allowedHosts = Setting(
        "OBSYNC_ALLOW_HOSTS",
        usual:
            "`*.obsidian.md`, and loopback where the service's own address is there; `*.gopro.com`, `*.cloudfront.net`, "
            + "`*.amazonaws.com`",
        for: everybody,
        "Further hosts that sockets and downloads may go to, comma-separated `host[:port]`; without TLS on loopback only"
    )
}
