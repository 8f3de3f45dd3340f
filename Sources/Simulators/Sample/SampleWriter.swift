/// Writes the sample's notes: plain, readable Markdown, different each time, the same for the same stream.
struct SampleWriter {
    private typealias Words = SampleVocabulary

    var random: SeededRandom

    init(_ seed: String) { random = SeededRandom(seed) }

    /// A paragraph of so many sentences.
    mutating func paragraph(_ count: Int) -> String {
        (0..<count).map { _ in sentence() }.joined(separator: " ")
    }

    mutating func sentence() -> String {
        let thing = "\(random.pick(Words.adjectives)) \(random.pick(Words.things))"
        switch random.below(6) {
        case 0: return "The \(thing) \(random.pick(Words.actions)) the \(random.pick(Words.things))."
        case 1: return "At [[\(random.pick(Words.places))]] somebody had left \(Self.article(thing)) \(thing)."
        case 2: return "[[\(random.pick(Words.people))]] says that the \(thing) can wait until \(weekday())."
        case 3: return "We counted \(random.number(in: 3...90)) of them before the light went."
        case 4: return "Nobody remembers when the \(thing) came, but it stays."
        default: return "*Note to self:* the \(thing) belongs to [[\(random.pick(Words.projects))]]."
        }
    }

    mutating func daily(_ day: SampleDay) -> String {
        let chores = random.pick(random.number(in: 2...5), of: Words.chores)
        let list = chores.map { "- [\(random.below(3) == 0 ? " " : "x")] \($0)" }.joined(separator: "\n")
        let previous = SampleDay(number: day.number - 1)
        return """
            ---
            date: \(day.iso)
            weather: \(random.pick(Words.weathers)), \(random.number(in: -4...24)) °C
            tags: [daily, \(random.pick(Words.tags))]
            ---

            # \(day.weekday), \(day.long)

            « [[\(previous.iso)]]

            ## To do

            \(list)

            ## Noticed

            \(paragraph(random.number(in: 2...6)))

            """
    }

    mutating func person(_ name: String, number: Int) -> String {
        """
        ---
        type: person
        met: \(random.number(in: 1998...2023))
        tags: [people, \(random.pick(Words.tags))]
        ---

        # \(name)

        - Lives near [[\(random.pick(Words.places))]]
        - Telephone: 555-01\(number < 10 ? "0" : "")\(number)
        - Helps with [[\(random.pick(Words.projects))]]
        - Likes: [[\(random.pick(Words.dishes))]], [[\(random.pick(Words.books))]]

        \(paragraph(random.number(in: 1...4)))

        """
    }

    mutating func project(_ name: String, part: String) -> String {
        let steps = random.pick(4, of: Words.chores).enumerated().map { "\($0.offset + 1). \($0.element)" }
        return """
            ---
            project: \(name)
            status: \(random.pick(["planned", "running", "waiting", "done"]))
            ---

            # \(name): \(part.lowercased())

            \(paragraph(random.number(in: 2...5)))

            ## Next

            \(steps.joined(separator: "\n"))

            > [!note] Agreed with [[\(random.pick(Words.people))]]
            > \(sentence())

            | what | amount |
            | --- | ---: |
            | \(random.pick(Words.things)) | \(random.number(in: 1...12)) |
            | \(random.pick(Words.things)) | \(random.number(in: 1...12)) |

            """
    }

    mutating func recipe(_ name: String) -> String {
        let parts = random.pick(random.number(in: 4...8), of: Words.ingredients)
        let list = parts.map { "- \(random.number(in: 1...8) * 25) g \($0)" }.joined(separator: "\n")
        return """
            ---
            serves: \(random.number(in: 2...8))
            minutes: \(random.number(in: 3...24) * 5)
            tags: [recipe]
            ---

            # \(name)

            From [[\(random.pick(Words.people))]], who has it from a neighbour.

            ## Take

            \(list)

            ## Do

            1. Prepare the \(parts[0]) and the \(parts[1]); let them rest for \(random.number(in: 5...40)) minutes.
            2. Add the \(parts[2]) and stir until the kitchen smells of it.
            3. Finish with \(parts[3]). Serve warm, with an eye on the weather.

            """
    }

    mutating func place(_ name: String) -> String {
        """
        # \(name)

        ![[Attachments/Sketch \(random.number(in: 1...12)).bmp]]

        \(paragraph(random.number(in: 3...7)))

        Best on a \(weekday()), with \(random.pick(Words.weathers)). See also [[\(random.pick(Words.places))]].

        """
    }

    mutating func book(_ title: String) -> String {
        let quotes = (0..<random.number(in: 1...3)).map { _ in "> \(sentence())" }.joined(separator: "\n\n")
        return """
            ---
            title: "\(title)"
            rating: \(random.number(in: 1...5))
            read: \(random.number(in: 2015...2024))
            ---

            # \(title)

            \(paragraph(random.number(in: 2...4)))

            \(quotes)

            Lent to [[\(random.pick(Words.people))]] on a \(weekday()).

            """
    }

    mutating func idea(_ title: String) -> String {
        "# \(title)\n\n\(paragraph(random.number(in: 1...3)))\n\n#\(random.pick(Words.tags)) #idea\n"
    }

    mutating func letter(to name: String, day: SampleDay) -> String {
        """
        \(day.long)

        Dear \(name),

        \(paragraph(random.number(in: 3...6)))

        \(paragraph(random.number(in: 2...4)))

        Yours, from [[\(random.pick(Words.places))]]

        """
    }

    private static func article(_ words: String) -> String {
        words.first.map { "aeiou".contains($0) } == true ? "an" : "a"
    }

    private mutating func weekday() -> String { SampleDay(number: 20_000 + random.below(7)).weekday }
}
