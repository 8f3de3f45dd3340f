import StateMachine
import SyncCore

/// A state machine as a picture: the states below one another, the way that a run took in colour, with counts on it.
///
/// A step to the next state below is a straight line; one over several states bends on the left, one back on the right.
struct MachineDrawing {
    private static let width = 380.0
    private static let nodeHeight = 44.0
    private static let gap = 26.0
    /// How far the bends lie apart.
    private static let lane = 17.0

    private let history: RunHistory

    /// The picture.
    let svg: HTML

    init(_ outline: MachineOutline, _ history: RunHistory) {
        self.history = history
        let column = Column(outline, x: 86, width: Self.width - 86 - 78, y: 30, history)
        svg = """
            <svg class="machine" viewBox="0 0 \(Self.width) \(column.bottom + 10)" role="img" aria-label="The state machine with the way that the run took">
            <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
            <path d="M0 0L8 4L0 8z" fill="context-stroke"/></marker></defs>
            <circle class="start" cx="\(column.middle)" cy="8" r="5"/>
            <path class="step taken" d="M\(column.middle) 13V28" marker-end="url(#tip)"/>
            \(column.pieces)
            </svg>
            """
    }

    /// The states of one graph, below one another.
    private struct Column {
        var pieces: [HTML] = []
        let middle: Double
        private(set) var bottom: Double
        private let x: Double
        private let width: Double
        private let history: RunHistory
        /// Top and bottom of each state.
        private var places: [(top: Double, bottom: Double)] = []

        init(_ outline: MachineOutline, x: Double, width: Double, y: Double, _ history: RunHistory) {
            self.x = x
            self.width = width
            self.history = history
            middle = x + width / 2
            bottom = y
            let nodes = Self.ordered(outline)
            for node in nodes { draw(node) }
            drawSteps(nodes)
        }

        /// The states in the order in which one comes to them, each way to its end.
        private static func ordered(_ outline: MachineOutline) -> [MachineOutline.Node] {
            var found: [MachineOutline.Node] = []
            var waiting = [outline.startAt]
            while let name = waiting.popLast() {
                guard !found.contains(where: { $0.name == name }),
                    let node = outline.nodes.first(where: { $0.name == name })
                else { continue }
                found.append(node)
                waiting += node.arrows.compactMap(\.target).reversed()
            }
            return found
        }

        private mutating func draw(_ node: MachineOutline.Node) {
            let top = bottom
            let totals = history.states[node.name]
            var inner: [HTML] = []
            var end = top + MachineDrawing.nodeHeight
            for graph in node.inner {
                let column = Column(graph, x: x + 40, width: width - 76, y: end + 6, history)
                inner += column.pieces
                end = column.bottom + 2
            }
            let kind = node.inner.isEmpty ? "" : " map"
            let state = totals == nil ? "unused" : totals?.failures == 0 ? "used" : "troubled"
            pieces.append(
                """
                <g class="state \(state)\(kind)"><title>\(node.name): \(Self.sentence(node, totals))</title>
                <rect x="\(x)" y="\(top)" width="\(width)" height="\(end - top)" rx="8"/>
                <text class="name" x="\(middle)" y="\(top + 18)">\(node.name)</text>
                <text class="count" x="\(middle)" y="\(top + 34)">\(Self.counts(totals))</text></g>
                \(inner)
                """
            )
            places.append((top, end))
            bottom = end + MachineDrawing.gap
        }

        private static func counts(_ totals: RunHistory.StateTotals?) -> String {
            guard let totals else { return "not entered" }
            let failures = totals.failures == 0 ? "" : ", \(totals.failures.grouped) failed"
            return "\(totals.entered.grouped)×, \(totals.time.shortText)\(failures)"
        }

        private static func sentence(_ node: MachineOutline.Node, _ totals: RunHistory.StateTotals?) -> String {
            guard let totals else { return "a \(node.kind) state that was not entered" }
            return
                "\(node.kind), entered \(totals.entered.counted("time")), \(totals.failures.counted("attempt")) failed"
        }

        private mutating func drawSteps(_ nodes: [MachineOutline.Node]) {
            let positions = Dictionary(nodes.enumerated().map { ($1.name, $0) }) { first, _ in first }
            var bends: [(from: Int, to: Int, count: Int, label: String)] = []
            for (from, node) in nodes.enumerated() {
                for target in Self.unique(node.arrows.compactMap(\.target)) {
                    guard let to = positions[target] else { continue }
                    let count = history.steps[.init(from: node.name, to: target)] ?? 0
                    let labels = node.arrows.filter { $0.target == target }.compactMap(\.label)
                    if to == from + 1 {
                        drawStraight(from, to, count, labels.first ?? "")
                    } else {
                        bends.append((from, to, count, labels.first ?? ""))
                    }
                }
            }
            // Shorter bends lie inside longer ones.
            var lanes = (left: 0, right: 0)
            for bend in bends.sorted(by: { abs($0.from - $0.to) < abs($1.from - $1.to) }) {
                let isBack = bend.to <= bend.from
                let lane = isBack ? lanes.right : lanes.left
                if isBack { lanes.right += 1 } else { lanes.left += 1 }
                drawBend(bend.from, bend.to, bend.count, bend.label, lane: lane)
            }
        }

        private mutating func drawStraight(_ from: Int, _ to: Int, _ count: Int, _ label: String) {
            let (start, end) = (places[from].bottom, places[to].top - 1)
            step("M\(HTML(number: middle)) \(HTML(number: start))V\(HTML(number: end))", count, label)
            if count > 0 { mark(count, x: middle + 9, y: (start + end) / 2 + 2, anchor: "start") }
        }

        private mutating func drawBend(_ from: Int, _ to: Int, _ count: Int, _ label: String, lane: Int) {
            let isBack = to <= from
            let edge = isBack ? x + width : x
            let out = edge + (isBack ? 1 : -1) * (16 + Double(lane) * MachineDrawing.lane)
            // Several bends that leave or enter a state do so at different heights.
            let shift = 7 + 6 * Double(lane)
            let start = isBack ? places[from].top + shift + 6 : places[from].bottom - shift
            let end = isBack ? places[to].bottom - shift : places[to].top + shift + 6
            let tip = edge + (isBack ? 1 : -1)
            let path: HTML = "M\(edge) \(start)H\(out)V\(end)H\(tip)"
            step(path.description, count, label)
            if count > 0 {
                mark(count, x: out + (isBack ? 3 : -3), y: (start + end) / 2 + 4, anchor: isBack ? "start" : "end")
            }
        }

        private mutating func step(_ path: String, _ count: Int, _ label: String) {
            let kind = count > 0 ? "step taken" : "step"
            let title = [label, count == 0 ? "not taken" : "taken \(count.counted("time"))"].filter { !$0.isEmpty }
            pieces.append(
                "<path class=\"\(kind)\" d=\"\(path)\" marker-end=\"url(#tip)\"><title>\(title.joined(separator: ": "))</title></path>"
            )
        }

        private mutating func mark(_ count: Int, x: Double, y: Double, anchor: String) {
            pieces.append(
                "<text class=\"mark\" x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(count.grouped)</text>"
            )
        }

        private static func unique(_ names: [String]) -> [String] {
            var seen: Set<String> = []
            return names.filter { seen.insert($0).inserted }
        }
    }
}

extension HTML {
    /// A coordinate, to a tenth.
    init(number: Double) {
        self = "\(number)"
    }
}

extension Duration {
    /// Such as `0.4 s`, `12 s`, `3 min 20 s` or `2 h 5 min`.
    var shortText: String {
        let seconds = max(0, self / .seconds(1))
        if seconds > 0, seconds < 0.95 { return "\(Int((seconds * 1000).rounded(.up))) ms" }
        if seconds < 9.95 { return "\(((seconds * 10).rounded() / 10)) s" }
        let whole = Int(seconds.rounded())
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
}
