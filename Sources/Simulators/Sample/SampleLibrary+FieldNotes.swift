extension SampleLibrary {
    /// Some 350 files: what a person who takes notes every day has after a few months, and the names that are hard to mirror.
    static func fillFieldNotes(_ vault: SimulatedVault, seed: UInt64) throws {
        for folder in ["Attachments", "Daily", "Ideas", "Inbox", "People", "Places", "Projects", "Reading", "Recipes"] {
            vault.makeFolder(folder)
        }
        writeSettings(vault)
        writeDailyNotes(vault, seed: seed)
        writeCollections(vault, seed: seed)
        writeProjects(vault, seed: seed)
        writeAttachments(vault, seed: seed)
        writeHardNames(vault, seed: seed)
        try writeHistory(vault, seed: seed)
    }

    private static func writeSettings(_ vault: SimulatedVault) {
        vault.makeFolder(".obsidian")
        vault.makeFolder(".obsidian/snippets")
        let files = [
            ".obsidian/app.json": #"{"alwaysUpdateLinks":true,"attachmentFolderPath":"Attachments","spellcheck":true}"#,
            ".obsidian/appearance.json": #"{"baseFontSize":17,"enabledCssSnippets":["margins"],"theme":"moonstone"}"#,
            ".obsidian/core-plugins.json": #"{"canvas":true,"daily-notes":true,"graph":true,"templates":false}"#,
            ".obsidian/daily-notes.json": #"{"folder":"Daily","format":"YYYY/YYYY-MM-DD"}"#,
            ".obsidian/hotkeys.json": #"{"daily-notes":[{"key":"D","modifiers":["Mod","Shift"]}]}"#,
            ".obsidian/types.json": #"{"types":{"date":"date","rating":"number","tags":"tags"}}"#,
            ".obsidian/snippets/margins.css":
                "body {\n    --line-width: 42rem;\n}\n\n.callout {\n    margin: 1.2em 0;\n}\n",
        ]
        for (path, text) in files.sorted(by: { $0.key < $1.key }) { vault.write(path, .text(text + "\n")) }
    }

    private static func writeDailyNotes(_ vault: SimulatedVault, seed: UInt64) {
        vault.makeFolder("Daily/2023")
        vault.makeFolder("Daily/2024")
        // From 2023-11-20 on.
        for number in 19_681..<19_811 {
            let day = SampleDay(number: number)
            var writer = SampleWriter("\(seed)/daily/\(number)")
            let author = SimulatedVault.Author(device: number % 5 == 0 ? "phone" : "laptop", time: day.noon)
            vault.write("Daily/\(day.year)/\(day.iso).md", .text(writer.daily(day)), by: author)
        }
    }

    private static func writeCollections(_ vault: SimulatedVault, seed: UInt64) {
        for (number, name) in SampleVocabulary.people.enumerated() {
            var writer = SampleWriter("\(seed)/person/\(name)")
            vault.write("People/\(name).md", .text(writer.person(name, number: number)))
        }
        for name in SampleVocabulary.dishes {
            var writer = SampleWriter("\(seed)/dish/\(name)")
            vault.write("Recipes/\(name).md", .text(writer.recipe(name)))
        }
        for name in SampleVocabulary.places {
            var writer = SampleWriter("\(seed)/place/\(name)")
            vault.write("Places/\(name).md", .text(writer.place(name)))
        }
        for title in SampleVocabulary.books {
            var writer = SampleWriter("\(seed)/book/\(title)")
            vault.write("Reading/\(title).md", .text(writer.book(title)))
        }
        for title in SampleVocabulary.ideas {
            var writer = SampleWriter("\(seed)/idea/\(title)")
            vault.write("Ideas/\(title).md", .text(writer.idea(title)))
        }
    }

    private static func writeProjects(_ vault: SimulatedVault, seed: UInt64) {
        for project in SampleVocabulary.projects {
            vault.makeFolder("Projects/\(project)")
            vault.makeFolder("Projects/\(project)/Log")
            for part in ["Overview", "Budget", "Open questions", "Log/First visit", "Log/Second visit"] {
                var writer = SampleWriter("\(seed)/project/\(project)/\(part)")
                let name = part.split(separator: "/").last.map(String.init) ?? part
                vault.write("Projects/\(project)/\(part).md", .text(writer.project(project, part: name)))
            }
        }
        vault.write("Projects/Map.canvas", .text(canvas(of: SampleVocabulary.projects)))
        vault.write("Reading/Shelf.canvas", .text(canvas(of: Array(SampleVocabulary.books.prefix(6)))))
    }

    private static func canvas(of titles: [String]) -> String {
        let nodes = titles.enumerated().map { number, title in
            """
            \t\t{"id":"node\(number)","type":"text","text":"[[\(title)]]","x":\(number % 4 * 320),"y":\(number / 4 * 200),\
            "width":280,"height":120}
            """
        }
        let edges = (1..<titles.count).map { number in
            #"\#t\#t{"id":"edge\#(number)","fromNode":"node\#(number - 1)","toNode":"node\#(number)"}"#
        }
        return """
            {
            \t"nodes":[
            \(nodes.joined(separator: ",\n"))
            \t],
            \t"edges":[
            \(edges.joined(separator: ",\n"))
            \t]
            }
            """
    }

    private static func writeAttachments(_ vault: SimulatedVault, seed: UInt64) {
        for number in 1...12 {
            var random = SeededRandom("\(seed)/sketch/\(number)")
            let image = SampleImage.bitmap(width: 40 + number * 3, height: 36 + number, random: &random)
            vault.write("Attachments/Sketch \(number).bmp", .bytes(image), by: .init(device: "phone"))
        }
        // Three pieces on the wire.
        vault.write("Attachments/Harbour at dawn.wav", .generated(seed: "\(seed)/recording", size: 5 * 1_048_576))
    }
}
