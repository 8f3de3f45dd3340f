import TestSupport
import Testing

@testable import SyncCore

@Suite("JSON Lines")
struct JSONLinesTests {
    private let values = ["a", "line\nfeed", "", "\u{1F600}", String(repeating: "long", count: 500)]

    private var bytes: [UInt8] {
        get throws { try values.flatMap { try JSONLinesEncoder().line($0) } }
    }

    @Test("lines are read however the bytes are cut", arguments: [1, 2, 3, 7, 100, 100_000])
    func cuts(chunkSize: Int) async throws {
        let bytes = try bytes
        var reader = JSONLinesReader<String>(Replay(bytes, chunkSize: chunkSize))
        var read: [String] = []
        var ends: [Int64] = []
        while let line = try await reader.next() {
            read.append(line.value)
            ends.append(line.end)
        }
        #expect(read == values)
        #expect(ends.last == Int64(bytes.count))
        var rest = JSONLinesReader<String>(Replay(bytes[Int(ends[1])...], chunkSize: chunkSize), at: ends[1])
        let third = try await rest.next()
        #expect(third?.value == values[2])
        #expect(third?.end == ends[2])
    }

    @Test("an object that is cut short, or is something else, is an error of the store")
    func broken() async throws {
        for bytes in [try bytes.dropLast(), [UInt8]("{}\n".utf8)[...], [UInt8](repeating: 0x20, count: 2 << 20)[...]] {
            var reader = JSONLinesReader<String>(Replay(bytes, chunkSize: 10_000))
            let error = await #expect(throws: SyncError.self) { while try await reader.next() != nil {} }
            #expect(error?.name == .storeUnavailable)
        }
    }
}
