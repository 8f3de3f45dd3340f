import SyncCore

/// How far one vault is, in one line: files and bytes of the whole listing, rate, and the time that is left.
///
///     Notes  ███████░░░░░░░░░  1,200 of 3,900 files, 2.1 of 12.4 GB, 24.0 MB/s, 7 minutes left
struct VaultProgressLine {
    let name: String
    private var entries = 0
    private var isListed = false
    /// What the listing says is there.
    private var total = Count()
    /// What needed nothing.
    private var unchanged = Count()
    /// What was handed out.
    private var planned = Count()
    private var stored = Count()
    private var received: Int64 = 0
    private var copied = 0
    private var deleted = 0
    private var failed = 0
    /// When the first bytes came.
    private var began: Duration?

    private struct Count {
        var files = 0
        var bytes: Int64 = 0

        mutating func add(_ files: Int, _ bytes: Int64) {
            self.files += files
            self.bytes += bytes
        }
    }

    init(name: String) {
        self.name = name
    }

    mutating func note(_ event: SyncEvent, at time: Duration) {
        switch event {
        case .listing(_, let entries):
            self.entries = entries
        case .listed(_, let entries, let files, let bytes):
            self.entries = entries
            isListed = true
            total = Count(files: files, bytes: bytes)
        case .unchanged(_, let files, let bytes): unchanged.add(files, bytes)
        case .planned(_, let files, let bytes): planned.add(files, bytes)
        case .received(let bytes):
            began = began ?? time
            received += bytes
        case .stored(_, _, let bytes): stored.add(1, bytes)
        case .copied: copied += 1
        case .deleted: deleted += 1
        case .refusedDeletion: break
        case .failed: failed += 1
        }
    }

    /// The files and bytes that there are, as far as it is known: a group turns out to be several files.
    private var all: Count {
        Count(
            files: max(total.files, unchanged.files + planned.files),
            bytes: max(total.bytes, unchanged.bytes + planned.bytes)
        )
    }

    /// Bytes that need nothing more. Inside a large file they grow with every block; what is fetched twice counts once.
    private var doneBytes: Int64 {
        min(unchanged.bytes + max(stored.bytes, min(received, planned.bytes)), all.bytes)
    }

    private var doneFiles: Int { min(unchanged.files + stored.files, all.files) }

    /// The line as it is now.
    func line(_ screen: Screen, at time: Duration) -> String {
        let name = screen.fitted(name.printable)
        guard isListed else { return screen.fitted("\(name): listing, \(entries.grouped) entries") }
        let all = all
        guard all.files > 0 else { return screen.fitted("\(name): \(entries.grouped) changes looked at") }
        let share = all.bytes > 0 ? Double(doneBytes) / Double(all.bytes) : Double(doneFiles) / Double(all.files)
        var facts = ["\(doneFiles.grouped) of \(all.files.grouped) files"]
        if all.bytes > 0 { facts.append("\(doneBytes.asSize) of \(all.bytes.asSize)") }
        facts += speed(at: time, left: all.bytes - doneBytes)
        if failed > 0 { facts.append("\(failed.grouped) failed") }
        let text = facts.joined(separator: ", ")
        // On a narrow terminal the bar gives way first.
        let room = screen.canRedraw ? screen.width() - 1 - name.columns - text.columns - 4 : 24
        let bar = room >= 6 ? screen.bar(share, columns: min(room, 24)) + "  " : ""
        return screen.fitted("\(name)  \(bar)\(text)")
    }

    private func speed(at time: Duration, left: Int64) -> [String] {
        // The first moments tell nothing about speed.
        guard let began, time - began >= .seconds(1), received > 0 else { return [] }
        let rate = Double(received) / ((time - began) / .seconds(1))
        let speed = "\(Int64(rate).asSize)/s"
        let seconds = Double(left) / rate
        guard left > 0, time - began >= .seconds(3), seconds < 100 * 86_400 else { return [speed] }
        return [speed, "\(Duration.seconds(Int64(seconds.rounded())).inWords) left"]
    }

    /// What became of the vault.
    func lastLine(_ screen: Screen) -> String {
        var facts: [String] = []
        if stored.files > 0 {
            facts.append("\(stored.files.counted("file", plural: "files")) fetched, \(stored.bytes.asSize)")
        }
        if unchanged.files > 0 { facts.append("\(unchanged.files.grouped) unchanged") }
        if copied > 0 { facts.append("\(copied.grouped) renamed") }
        if deleted > 0 { facts.append("\(deleted.grouped) deleted") }
        if failed > 0 { facts.append("\(failed.counted("attempt", plural: "attempts")) failed") }
        if facts.isEmpty { facts.append(isListed ? "nothing to do" : "not listed") }
        return screen.fitted("\(name.printable): \(facts.joined(separator: ", "))")
    }
}
