extension SampleLibrary {
    /// Names on which the vendor's counter form and the standard one give different bytes, under this vault's keys.
    static let wrappingNames = [
        "Places/Tide readings/Station 001209, Hvalsund north quay, corrected for pressure.md",
        "Places/Tide readings/Station 001847, Hvalsund north quay, corrected for pressure.md",
    ]

    /// Names that tempt a mirror to merge, drop or rename files.
    static let hardNames = [
        "Names/Caf\u{E9} M\u{FC}ller.md",
        // The same letters, decomposed: another file.
        "Names/Cafe\u{301} Mu\u{308}ller.md",
        "Names/A\u{30A}ngstro\u{308}m, decomposed only.md",
        "Names/Readme.md",
        "Names/README.md",
        "Names/🌱 Seedlings 👩‍🌾.md",
        "Names/日記/春の散歩.md",
        "Names/Ελληνικά σημειώματα.md",
        "Names/100% + more & less = #1? (yes!).md",
        "Names/Two  spaces, and ‘quotes’.md",
        "Names/.hidden note.md",
        "Names/no extension",
    ]

    static func writeHardNames(_ vault: SimulatedVault, seed: UInt64) {
        vault.makeFolder("Names")
        vault.makeFolder("Names/日記")
        for name in hardNames {
            // The seed of each by its bytes: as strings, the composed and the decomposed name are equal.
            var writer = SampleWriter("\(seed)/name/\(Hex.encode(name.utf8))")
            vault.write(name, .text(writer.idea("A note with a name that needs care")))
        }
        vault.makeFolder("Places/Tide readings")
        for (number, name) in wrappingNames.enumerated() {
            var writer = SampleWriter("\(seed)/tide/\(number)")
            let author = SimulatedVault.Author(device: number == 0 ? "laptop" : tablet)
            vault.write(name, .text(writer.idea("Tide readings")), by: author)
        }
    }

    /// Versions, a deletion, a rename, an empty file, empty folders.
    static func writeHistory(_ vault: SimulatedVault, seed: UInt64) throws {
        vault.write("Inbox/Untitled.md", .bytes([]))
        vault.write("Inbox/One byte.txt", .text("x"))
        vault.makeFolder("Inbox/Someday")
        vault.makeFolder("Attachments/Scans")

        vault.write("Inbox/Old shopping list.md", .text("- lamp oil\n- rope, 12 m\n- tea\n"))
        try vault.delete("Inbox/Old shopping list.md")

        vault.write(
            "Inbox/Ferry times.md",
            .text("# Ferry times\n\n06:40, 09:10, 14:25, 18:00. On Sundays the first is left out.\n")
        )
        try vault.rename("Inbox/Ferry times.md", to: "Places/Ferry times.md")

        vault.makeFolder("Inbox/Drafts")
        vault.write("Inbox/Drafts/Speech.md", .text("# Speech\n\nDear neighbours, …\n"))
        try vault.deleteFolder("Inbox/Drafts")

        for part in ["Overview", "Budget"] {
            for revision in 2...4 {
                let project = SampleVocabulary.projects[0]
                var writer = SampleWriter("\(seed)/project/\(project)/\(part)/\(revision)")
                let text = writer.project(project, part: part) + "\nRevision \(revision).\n"
                vault.write("Projects/\(project)/\(part).md", .text(text), by: .init(device: "phone"))
            }
        }
    }

    /// Some 40 files of an older vault: letters, minutes and a few scans.
    static func fillArchive(_ vault: SimulatedVault, seed: UInt64) throws {
        vault.makeFolder("Letters")
        vault.makeFolder("Minutes")
        vault.makeFolder("Scans")
        for number in 0..<18 {
            let day = SampleDay(number: 16_440 + number * 47)
            let name = SampleVocabulary.people[number * 2 % SampleVocabulary.people.count]
            var writer = SampleWriter("\(seed)/letter/\(number)")
            vault.write("Letters/\(day.iso) to \(name).md", .text(writer.letter(to: name, day: day)))
        }
        for number in 0..<16 {
            let day = SampleDay(number: 16_500 + number * 91)
            var writer = SampleWriter("\(seed)/minutes/\(number)")
            let project = SampleVocabulary.projects[number % SampleVocabulary.projects.count]
            vault.write("Minutes/\(day.year)/\(day.iso).md", .text(writer.project(project, part: "Minutes")))
        }
        for number in 1...4 {
            var random = SeededRandom("\(seed)/scan/\(number)")
            let image = SampleImage.bitmap(width: 64, height: 48, random: &random)
            vault.write("Scans/Page \(number).bmp", .bytes(image))
        }
        vault.write("Scans/Empty page.md", .bytes([]))
        vault.write("Sommaire – été.md", .text("# Sommaire\n\n- [[Letters]]\n- [[Minutes]]\n"))
        vault.write("Minutes/Draft.md", .text("# Draft\n"))
        try vault.rename("Minutes/Draft.md", to: "Minutes/How we take minutes.md")
        vault.write("Letters/Unsent.md", .text("Not yet.\n"))
        try vault.delete("Letters/Unsent.md")
    }
}
