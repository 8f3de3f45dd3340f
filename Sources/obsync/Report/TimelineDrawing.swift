import StateMachine
import SyncCore

/// The batches of a run by time, as many rows as were worked off at once, and the bytes a second above them.
struct TimelineDrawing {
    private static let width = 720.0
    private static let left = 8.0
    private static let rowHeight = 16.0
    private static let chartHeight = 90.0
    private static let bins = 60
    /// So many batches have a text of their own; more would make the page heavy.
    private static let mostTitles = 1500

    /// The picture; nil where there were no batches.
    let svg: HTML?
    /// The most bytes in a second, averaged over a sixtieth of the time.
    let peak: Double
    /// How many batches were worked off at once at most.
    let concurrency: Int

    init(_ batches: [RunHistory.Batch], until now: StateMachine.Timestamp) {
        let ended = batches.map { ($0, end: $0.ended ?? now) }.sorted { $0.0.began < $1.0.began }
        guard let begin = ended.first?.0.began, let end = ended.map(\.end).max() else {
            (svg, peak, concurrency) = (nil, 0, 0)
            return
        }
        let span = max(end.duration(since: begin) / .seconds(1), 0.001)
        var rows: [StateMachine.Timestamp] = []
        var bars: [HTML] = []
        var bytes = [Double](repeating: 0, count: Self.bins)
        for (batch, end) in ended {
            let row = rows.firstIndex { $0 <= batch.began } ?? rows.count
            if row == rows.count { rows.append(end) } else { rows[row] = end }
            let start = batch.began.duration(since: begin) / .seconds(1)
            let length = max(end.duration(since: batch.began) / .seconds(1), 0.000_1)
            Self.spread(Double(batch.bytes), from: start / span, over: length / span, into: &bytes)
            bars.append(Self.bar(batch, x: start / span, width: length / span, row: row, length, batches.count))
        }
        let most = (bytes.max() ?? 0) * Double(Self.bins) / span
        peak = most
        concurrency = rows.count
        let height = Self.chartHeight + 34 + Double(rows.count) * Self.rowHeight
        svg = """
            <svg class="timeline" viewBox="0 0 \(Self.width) \(height)" role="img" aria-label="Batches by time, and bytes a second">
            <text class="axis" x="\(Self.left)" y="11">up to \(Int64(most).asSize)/s</text>
            <path class="rate" d="\(HTML(text: Self.curve(bytes)))"/>
            <path class="base" d="M\(Self.left) \(Self.chartHeight + 8)H\(Self.width - Self.left)"/>
            \(bars)
            <text class="axis" x="\(Self.left)" y="\(height - 4)">0 s</text>
            <text class="axis" x="\(Self.width - Self.left)" y="\(height - 4)" text-anchor="end">\(Duration.seconds(span).shortText)</text>
            </svg>
            """
    }

    private static var inner: Double { width - 2 * left }

    private static func bar(
        _ batch: RunHistory.Batch,
        x: Double,
        width: Double,
        row: Int,
        _ seconds: Double,
        _ count: Int
    ) -> HTML {
        let kind =
            batch.failed > 0 || batch.failures > 0 ? "batch troubled" : batch.ended == nil ? "batch open" : "batch"
        let name = batch.number.map { "batch \($0)" } ?? "a batch"
        let facts = [
            "\(batch.files.counted("file"))", batch.bytes.asSize, Duration.seconds(seconds).shortText,
            batch.failures > 0 ? "\(batch.failures.counted("attempt")) failed" : nil,
            batch.failed > 0 ? "\(batch.failed.counted("file")) failed" : nil,
        ]
        let title: HTML =
            count > mostTitles ? "" : "<title>\(name): \(facts.compactMap(\.self).joined(separator: ", "))</title>"
        let place = (x: left + x * inner, y: chartHeight + 14 + Double(row) * rowHeight)
        return """
            <rect class="\(kind)" x="\(place.x)" y="\(place.y)" width="\(max(1.5, width * inner - 0.5))" height="\(rowHeight - 3)" rx="2">\(title)</rect>
            """
    }

    /// Puts bytes into the parts of the time that a batch took, evenly.
    private static func spread(_ bytes: Double, from start: Double, over length: Double, into bins: inout [Double]) {
        let (first, last) = (start * Double(bins.count), min((start + length), 1) * Double(bins.count))
        let whole = max(last - first, .leastNormalMagnitude)
        for bin in bins.indices.clamped(to: Int(first)..<(Int(last) + 1)) {
            let share = max(0, min(last, Double(bin + 1)) - max(first, Double(bin)))
            bins[bin] += bytes * share / whole
        }
    }

    private static func curve(_ bins: [Double]) -> String {
        let most = max(bins.max() ?? 0, .leastNormalMagnitude)
        let bottom = chartHeight + 8
        var path: HTML = "M\(left) \(bottom)"
        for (index, bytes) in bins.enumerated() {
            let y = bottom - bytes / most * (chartHeight - 10)
            let step = inner / Double(bins.count)
            path = "\(path)V\(y)H\(left + Double(index + 1) * step)"
        }
        path = "\(path)V\(bottom)Z"
        return path.description
    }
}
