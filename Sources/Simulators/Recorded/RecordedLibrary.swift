/// The small account that the recordings under `Tests/Recordings` were made of.
///
/// A recording holds versions, hashes and times of these files, so nothing here may ever change: a build that serves
/// something else would seem to fetch again what the recording has. A new recording gets a new stage.
///
/// **Every credential here is a public demonstration value.** It protects nothing; never use one of them elsewhere.
package enum RecordedLibrary {
    /// The name of the vault with end-to-end encryption (version 3).
    package static let journalName = "Journal"
    /// The id of that vault.
    package static let journalID = "3c9e51d7a08b4f6296de13b7f54a80c2"
    /// Its password. Public demonstration value.
    package static let journalPassword = "harbour-lamp-seven-09"
    /// The name of the vault with managed encryption (version 0).
    package static let storeName = "Store Room"
    /// The id of that vault.
    package static let storeID = "a17d40e86bc35f92e0d4c8716f2b9a35"
    /// The path of the note that arrives damaged in the recorded run of stage 2.
    package static let damagedPath = "Inbox/Damaged.md"
    /// The folder whose files are all gone in stage 2: so many that the deletions are held back.
    package static let emptiedFolder = "Box A/"
    /// The last stage.
    package static let lastStage = 2

    /// Makes the account as it was at a stage: 0 in the beginning, 1 after edits, 2 after further edits and a great clearing
    /// in the store room.
    ///
    /// - Throws: never, in fact: the settings are right and all changes are possible.
    package static func make(stage: Int) throws -> SimulatedLibrary {
        let journal = try SimulatedVault(
            .init(id: journalID, name: journalName, password: journalPassword, salt: "4be07a12c95d48f3a6b17de20c83f951")
        )
        var managed = SimulatedVault.Configuration(
            id: storeID,
            name: storeName,
            password: "public-demo-managed-key",
            salt: "kL8$wTz3@Rn5^pYc1MvB"
        )
        managed.encryptionVersion = 0
        managed.isManaged = true
        let store = try SimulatedVault(managed)
        fill(journal, store)
        if stage >= 1 { try edit(journal, store) }
        if stage >= 2 { try clear(journal, store) }
        return SimulatedLibrary(
            account: .init(
                email: SampleLibrary.email,
                password: SampleLibrary.password,
                totpSecret: SampleLibrary.totpSecret
            ),
            vaults: [journal, store]
        )
    }

    private static func fill(_ journal: SimulatedVault, _ store: SimulatedVault) {
        for number in 1...14 { journal.write(day(number), .text("# Day \(number)\n\nThe tide came and went.\n")) }
        for name in [
            "Names/Caf\u{E9}.md", "Names/Cafe\u{301}.md", "Names/日記/散歩.md", "Names/🌱 Seedlings.md",
            "Names/100% + more & less = #1?.md", "Names/.hidden note.md",
        ] {
            journal.write(name, .text("A note of \(name.utf8.count) bytes in its name.\n"))
        }
        journal.write("Inbox/Empty.md", .bytes([]))
        journal.write("Attachments/Chart.bin", .bytes((0..<3000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }))
        for number in 1...110 { store.write("\(emptiedFolder)Item \(number).md", .text("Item \(number)\n")) }
        for number in 1...6 { store.write("Box B/Item \(number).md", .text("Item \(number) of the other box\n")) }
    }

    private static func edit(_ journal: SimulatedVault, _ store: SimulatedVault) throws {
        for number in 1...3 { journal.write(day(number), .text("# Day \(number), corrected\n")) }
        journal.write("Inbox/One.md", .text("One\n"))
        try journal.delete(day(4))
        try journal.rename(day(5), to: "Days/Moved.md")
        store.write("Box B/Item 1.md", .text("Item 1, mended\n"))
        try store.rename("Box B/Item 2.md", to: "Box C/Item 2.md")
        try store.delete("Box B/Item 3.md")
    }

    private static func clear(_ journal: SimulatedVault, _ store: SimulatedVault) throws {
        for number in 6...8 { journal.write(day(number), .text("# Day \(number), corrected later\n")) }
        journal.write(damagedPath, .text("This note arrives damaged once.\n"))
        try journal.delete(day(9))
        try journal.rename(day(10), to: "Days/Moved later.md")
        store.write("Box B/Item 4.md", .text("Item 4, mended\n"))
        for number in 1...110 { try store.delete("\(emptiedFolder)Item \(number).md") }
    }

    private static func day(_ number: Int) -> String { "Days/2024-03-\(number < 10 ? "0" : "")\(number).md" }
}
