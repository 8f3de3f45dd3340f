import Logging
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

extension Tag {
    /// Opens a socket on loopback.
    @Tag static var integration: Self
}

let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// The same numbers for the same seed, in every process.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// The error of the use cases that `body` throws; anything else fails the test.
@discardableResult
func syncError<Result>(
    _ name: SyncError.Name,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Result
) async throws -> SyncError {
    let error = try await #require(throws: SyncError.self, sourceLocation: sourceLocation) { _ = try await body() }
    #expect(error.name == name, sourceLocation: sourceLocation)
    return error
}

/// Values that must not show in any error.
enum Hidden {
    static let email = "hidden-person@example.com"
    static let password = "hidden-password"
    static let token = "hidden-token"
    static let code = "424242"

    static func expectAbsent(in error: any Error, sourceLocation: SourceLocation = #_sourceLocation) {
        for text in [email, password, token, code, "hidden"] {
            #expect(!"\(error)".contains(text), sourceLocation: sourceLocation)
        }
    }
}
