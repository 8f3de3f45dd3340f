import Foundation

/// A line of the table that `make reliability` prints: what a part of it has counted, and what the process has used.
package struct ReliabilityRow: Sendable {
    /// What was done, as people read it.
    package let name: String
    /// Runs, or seeds.
    package var runs = 0
    /// Faults that were injected.
    package var faults = 0
    /// Runs after which everything held.
    package var survived = 0
    /// What did not hold.
    package var violations = 0
    /// The most descriptors that were open at once, as far as anybody looked.
    package private(set) var descriptors = 0

    /// Begins a line.
    package init(_ name: String) {
        self.name = name
    }

    /// Where lines are kept; nil where nobody wants them, as in the ordinary suite.
    package static var folder: String? { ProcessInfo.processInfo.environment["OBSYNC_RELIABILITY"] }

    /// A number that the command was given, such as `SEEDS`.
    package static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    /// The descriptors that are open now.
    package static var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }

    /// A value of the process's status, such as `VmHWM`, in KiB.
    package static func status(_ field: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") }
        return line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// Looks at what the process has open.
    package mutating func look() { descriptors = max(descriptors, Self.openDescriptors) }

    /// Keeps the line for the table, with the process's largest memory so far.
    ///
    /// - Throws: when it cannot be written.
    package func keep() throws {
        guard let folder = Self.folder else { return }
        let memory = Self.status("VmHWM") / 1024
        let cells = [name, "\(runs)", "\(faults)", "\(survived)", "\(violations)", "\(memory)", "\(descriptors)"]
        let text = "| " + cells.joined(separator: " | ") + " |\n"
        let path = "\(folder)/\(name.filter { $0.isLetter || $0.isNumber }).row"
        try Data(text.utf8).write(to: URL(filePath: path))
    }
}
