import Clocks
import Foundation
import Providers
import StateMachine
import SyncCore

/// The report of a run as one page of HTML that needs nothing else: no script, no network.
struct ReportPage {
    let data: ReportData

    /// The page.
    var html: String {
        let title = "Obsync: \(data.last?.name ?? "no run")"
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <meta name="referrer" content="no-referrer">
            <link rel="icon" href="data:,">
            <title>\(title)</title>
            <style>\(HTML(stringLiteral: ReportStyle.css))</style>
            </head>
            <body>
            <main>
            \(header)
            \(toDo)
            \(machine)
            \(timeline)
            \(ReportFiles(data: data).sections)
            \(failures)
            \(token)
            </main>
            \(footer)
            </body>
            </html>

            """
        return page.description
    }

    private var header: HTML {
        let status =
            data.isAtWork
            ? "at work" : data.error == nil ? "succeeded" : data.last?.shownStatus == .aborted ? "stopped" : "failed"
        let kind = data.isAtWork ? "open" : data.error == nil ? "good" : "bad"
        let sentence = data.summary?.message ?? "The run is at work."
        return """
            <header>
            <p class="badge \(kind)">\(status)</p>
            <h1>Run \(data.last?.name ?? "")</h1>
            <p class="lead">\(sentence)</p>
            <p class="where">\(data.place)</p>
            <dl class="facts">\(facts.map { fact($0.0, $0.1) })</dl>
            </header>
            """
    }

    private var facts: [(String, String)] {
        let bytes = data.history.batches.reduce(0) { $0 + $1.bytes }
        let files = data.history.batches.reduce(0) { $0 + $1.files }
        let more: [(String, Int)] = [
            ("redrives", data.history.redrives), ("executions", data.chain.count > 1 ? data.chain.count : 0),
        ]
        return [
            ("started", data.first.map { Self.shown($0.started) } ?? ""), ("took", data.duration.shortText),
            ("files fetched", files.grouped), ("bytes", bytes.asSize), ("pages", data.history.pages.grouped),
            ("batches", data.history.batches.count.grouped),
        ] + more.filter { $0.1 > 0 }.map { ($0.0, $0.1.grouped) }
    }

    /// Such as `2026-11-30 18:54:13 UTC`, which breaks at its blanks.
    private static func shown(_ moment: StateMachine.Timestamp) -> String {
        moment.toTheSecond.replacing("T", with: " ").replacing("Z", with: " UTC")
    }

    private func fact(_ name: String, _ value: String) -> HTML {
        "<div><dt>\(name)</dt><dd>\(value)</dd></div>"
    }

    private var toDo: HTML {
        var sentences: [String] = []
        if let error = data.error { sentences.append("\(error.name.rawValue): \(error.message)") }
        if let advice = data.advice { sentences.append(advice) }
        for vault in data.summary?.vaults ?? [] where vault.outcome == .refused {
            sentences.append(
                "\(data.name(of: vault.vaultID.rawValue)) could not be listed: \(vault.message ?? vault.error ?? "")"
            )
        }
        let withheld = data.summary?.vaults.reduce(0) { $0 + $1.withheld } ?? 0
        if withheld > 0 {
            sentences.append(
                "\(withheld.counted("deletion")) held back, because they are many; --allow-deletions lets them pass."
            )
        }
        guard !sentences.isEmpty else { return "" }
        return """
            <section class="todo"><h2>What to do</h2><ul>\(sentences.map { "<li>\($0)</li>" as HTML })</ul></section>
            """
    }

    private var machine: HTML {
        let order = data.history.states.sorted { ($1.value.time, $0.key) < ($0.value.time, $1.key) }
        let rows: [HTML] = order.map { name, totals in
            """
            <tr><th scope="row">\(name)</th><td>\(totals.entered.grouped)</td><td>\(totals.failures.grouped)</td><td>\(totals.time.shortText)</td></tr>
            """
        }
        return """
            <section><h2>The way of the run</h2>
            <div class="pair">
            <figure>\(MachineDrawing(data.outline, data.history).svg)
            <figcaption>The steps that were taken are in colour, with how often.</figcaption></figure>
            <div class="scroll tight"><table><thead><tr><th scope="col">State</th><th scope="col">entered</th><th scope="col">failed attempts</th>
            <th scope="col">time</th></tr></thead><tbody>\(rows)</tbody></table>
            <p class="note">Times of batches that are worked off at once are added up.</p></div>
            </div></section>
            """
    }

    private var timeline: HTML {
        let drawing = TimelineDrawing(data.history.batches, until: data.now)
        guard let svg = drawing.svg else {
            return "<section><h2>Batches</h2><p>Nothing had to be fetched.</p></section>"
        }
        return """
            <section><h2>Batches</h2>
            <div class="scroll wide">\(svg)</div>
            <p class="note">\(data.history.batches.count.counted("batch", plural: "batches")), up to \(drawing.concurrency) at once. Above: bytes a
            second, up to \(Int64(drawing.peak).asSize). Batches with something that failed are marked.</p></section>
            """
    }

    private var failures: HTML {
        let history = data.history
        guard history.failureCount > 0 else { return "" }
        let rows: [HTML] = history.failures.map { failure in
            """
            <tr><td>\(Self.shown(failure.time))</td><td>\(failure.state)\(failure.batch.map { ", batch \($0)" } ?? "")</td>
            <td>\(failure.error)</td><td>\(failure.message)</td></tr>
            """
        }
        let more = history.failureCount - history.failures.count
        return """
            <section><h2>Attempts that failed</h2>
            <p class="note">The state machine tries again what may pass by itself.</p>
            <div class="scroll"><table><thead><tr><th scope="col">Time</th><th scope="col">State</th><th scope="col">Error</th>
            <th scope="col">Reason</th></tr></thead><tbody>\(rows)</tbody></table></div>
            \(more > 0 ? "<p class=\"note\">and \(more.grouped) more</p>" : "")</section>
            """
    }

    private var token: HTML {
        guard let last = data.history.tokens.last else { return "" }
        let changes = Set(data.history.tokens.compactMap(\.secretVersion)).count - 1
        let end = last.expires.flatMap { Clocks.Timestamp(iso8601: $0) }
        let checked = Clocks.Timestamp(milliseconds: last.checked.milliseconds)
        let provider = ProviderDescription.named(last.provider)?.title ?? "The provider"
        let looked = data.history.tokens.count == 1 ? "once" : data.history.tokens.count.counted("time")
        let life = end.map { "It is good until \($0.iso8601), \(checked.duration(to: $0).inWords) from then on." }
        return """
            <section><h2>The token</h2><p>\(provider)'s token was looked at \(looked), the last time at \(Self.shown(last.checked)).
            \(life ?? "Its end cannot be read from it; the service accepted it.")
            \(changes > 0 ? "It was renewed \(changes.counted("time")) within the run." : "It was not renewed within the run.")</p></section>
            """
    }

    private var footer: HTML {
        let privacy =
            data.hasNames
            ? "It names vaults and files: keep it to yourself."
            : "It names neither vaults nor files; --with-names does."
        return """
            <footer><p>Made by Obsync \(BuildInfo.text) at \(Self.shown(data.now)) from the run's history and records. \(privacy)</p></footer>
            """
    }
}
