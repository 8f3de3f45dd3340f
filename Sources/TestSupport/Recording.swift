import Foundation
package import SyncCore

/// What a release left behind, as `Tests/Recordings/record` keeps it.
///
/// A recording is opened at another time than it was made. Leases, redrives and cursors go by the time that has passed since,
/// so every moment in it is moved on by as much.
package struct Recording: Sendable {
    /// What a recording says of itself.
    package struct About: Decodable, Sendable {
        /// The provider whose library was mirrored.
        package var provider: String
        /// The stage of its library.
        package var stage: Int
        /// When the recording was made, in milliseconds since 1970.
        package var recordedAt: Int64
        /// The bucket of recorded functions.
        package var bucket: String?
        /// The variables of recorded functions that differ from the usual ones.
        package var environment: [String: String]?
        /// What comes next in a recorded run of functions.
        package var next: JSON?

        private enum CodingKeys: String, CodingKey {
            case provider, stage, bucket, environment, next
            case recordedAt = "recorded_at"
        }
    }

    /// Its name.
    package let name: String
    /// What it says of itself.
    package let about: About
    private let folder: URL
    private let delta: Int64

    private static let root = URL(filePath: #filePath).appending(path: "../../../Tests/Recordings").standardizedFileURL
    private static let day: Int64 = 24 * 3600 * 1000

    /// Reads a recording.
    ///
    /// - Throws: when there is none of that name.
    package init(_ name: String) throws {
        self.name = name
        folder = Self.root.appending(path: name)
        about = try JSONDecoder().decode(About.self, from: Data(contentsOf: folder.appending(path: "about.json")))
        delta = Int64(Date().timeIntervalSince1970 * 1000) - about.recordedAt
    }

    /// The names of all recordings that begin with `prefix`.
    package static func names(_ prefix: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path(percentEncoded: false))) ?? []
        return names.filter { $0.hasPrefix(prefix) }.sorted()
    }

    /// The rows of one of its files, with moments moved on.
    ///
    /// - Throws: when there is no such file.
    package func rows(_ file: String) throws -> [JSON] {
        let text = String(decoding: try Data(contentsOf: folder.appending(path: file)), as: UTF8.self)
        return try text.split(separator: "\n").map { line in
            try JSONDecoder().decode(JSON.self, from: Data(movedOn(String(line)).utf8))
        }
    }

    /// The same text with all moments moved on: whole numbers of milliseconds or seconds since 1970 that lie about the time of
    /// the recording.
    package func movedOn(_ text: String) -> String {
        var result: [UInt8] = []
        var digits: [UInt8] = []
        var previous: UInt8 = 0
        var before: UInt8 = 0
        for byte in Array(text.utf8) + [0] {
            if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                if digits.isEmpty { before = previous }
                digits.append(byte)
            } else {
                if !digits.isEmpty {
                    let isWord = Self.isLetter(before) || Self.isLetter(byte)
                    result += isWord ? digits : movedOn(digits)
                    digits = []
                }
                if byte != 0 { result.append(byte) }
            }
            previous = byte
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// A moment moved on, if the number is one.
    package func movedOn(_ number: Int64) -> Int64 {
        if isNear(number) { return number + delta }
        let (milliseconds, isTooLarge) = number.multipliedReportingOverflow(by: 1000)
        return !isTooLarge && isNear(milliseconds) ? number + delta / 1000 : number
    }

    private func movedOn(_ digits: [UInt8]) -> [UInt8] {
        guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { return digits }
        let moved = movedOn(number)
        return moved == number ? digits : Array(String(moved).utf8)
    }

    private func isNear(_ milliseconds: Int64) -> Bool {
        (about.recordedAt - 2 * Self.day...about.recordedAt + 60 * Self.day).contains(milliseconds)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
    }

    /// Makes the folder again that was recorded, but for its credentials; the databases are copied as they are.
    ///
    /// - Parameters:
    ///   - root: an empty folder.
    ///   - bytes: gives the bytes of a file of the library by its path in the mirror.
    /// - Throws: when something cannot be read or written.
    package func restoreFolder(to root: String, bytes: (String) throws -> [UInt8]) throws {
        for row in try rows("files.jsonl") {
            let path = root + "/" + (row.text("path") ?? "")
            let above = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
            try FileManager.default.createDirectory(atPath: above, withIntermediateDirectories: true)
            try Data(try content(row, bytes)).write(to: URL(filePath: path))
            let mtime = Date(timeIntervalSince1970: Double(row.integer("mtime") ?? 0) / 1000)
            try FileManager.default.setAttributes([.modificationDate: mtime], ofItemAtPath: path)
        }
        for database in ["records.sqlite", "executions.sqlite"] {
            let copy = URL(filePath: root + "/.obsync/" + database)
            try FileManager.default.copyItem(at: folder.appending(path: database), to: copy)
        }
    }

    /// The bytes of a recorded file or object.
    ///
    /// - Parameters:
    ///   - row: its row.
    ///   - bytes: gives the bytes of a file of the library by its path in the mirror.
    /// - Returns: them; of a half-written file only the finished parts, and zeros elsewhere.
    /// - Throws: what `bytes` throws.
    package func content(_ row: JSON, _ bytes: (String) throws -> [UInt8]) throws -> [UInt8] {
        if let text = row.text("text") { return Array(text.utf8) }
        if let text = row.text("base64") { return Array(Data(base64Encoded: text) ?? Data()) }
        let whole = try bytes(row.text("source") ?? "")
        guard let parts = row.text("parts") else { return whole }
        var lines = parts.split(separator: "\n")
        let upload = try JSONDecoder().decode(JSON.self, from: Data(lines.removeFirst().utf8))
        let partSize = Int(upload.integer("part_size") ?? 0)
        var written = [UInt8](repeating: 0, count: Int(row.integer("size") ?? 0))
        for line in lines {
            let fields = line.split(separator: " ")
            let start = ((Int(fields[0]) ?? 1) - 1) * partSize
            let range = start..<start + (Int(fields[1]) ?? 0)
            written.replaceSubrange(range, with: whole[range])
        }
        return written
    }
}

extension JSON {
    /// The text under a name.
    package func text(_ name: String) -> String? {
        if case .string(let text)? = members[name] { text } else { nil }
    }

    /// The whole number under a name.
    package func integer(_ name: String) -> Int64? {
        if case .integer(let number)? = members[name] { number } else { nil }
    }

    /// The elements under a name; none where there is no array.
    package func elements(_ name: String) -> [JSON] {
        if case .array(let elements)? = members[name] { elements } else { [] }
    }
}
