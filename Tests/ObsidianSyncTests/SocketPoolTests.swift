import Simulators
import SyncCore
import TestSupport
import Testing

@testable import ObsidianSync

@Suite("Several sockets of one vault", .tags(.integration), .timeLimit(.minutes(10)))
struct SocketPoolTests {
    private static func files(_ session: any VaultSession) async throws -> [Entry] {
        try await session.entries().entries.filter { $0.kind == .file }
    }

    @Test("one socket is all that is opened unless more are allowed")
    func one() async throws {
        try await SimulatedService.with { service in
            try await service.withVault { session in
                #expect(session.concurrentFetches == 1)
                for file in try await Self.files(session) {
                    #expect(try await session.digest(of: file).sha256 == file.sha256)
                }
                let first = try #require(try await service.files.first)
                try await session.withContent(of: first) { _ in
                    _ = try await syncError(.protocolChanged) { try await session.digest(of: first) }
                }
                #expect(try await session.digest(of: first).sha256 == first.sha256)
            }
            #expect(service.simulator.counters.socketsOpened == 2, "and one for the test's own listing")
        }
    }

    @Test("further sockets are opened when they are needed, each with a short listing, and used again")
    func several() async throws {
        try await SimulatedService.with(environment: ["OBSIDIAN_SOCKETS": "3"]) { service in
            try await service.withVault { session in
                #expect(session.concurrentFetches == 3)
                let files = try await Self.files(session)
                #expect(service.simulator.counters.socketsOpened == 1)
                for _ in 0..<3 {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for file in files.prefix(3) {
                            group.addTask {
                                let digest = try await session.digest(of: file)
                                #expect(digest.sha256 == file.sha256)
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                // Held open together, so that each has to have a socket of its own.
                try await session.withContent(of: files[0]) { _ in
                    try await session.withContent(of: files[1]) { _ in
                        let digest = try await session.digest(of: files[2])
                        #expect(digest.sha256 == files[2].sha256)
                    }
                }
            }
            let counters = service.simulator.counters
            #expect(counters.socketsOpened == 3)
            #expect(counters.snapshots == 1)
            #expect(counters.incrementalListings == 2)
            #expect(counters.recordsListed == service.vault.snapshot().count, "further listings are empty")
        }
    }

    @Test("where the service refuses a further socket, those that there are have to do")
    func fewer() async throws {
        try await SimulatedService.with(environment: ["OBSIDIAN_SOCKETS": "3"]) { service in
            service.simulator.inject(.socketsLimited(to: 1), times: nil)
            try await service.withVault { session in
                let files = try await Self.files(session)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for file in files.prefix(3) {
                        group.addTask {
                            let digest = try await session.digest(of: file)
                            #expect(digest.sha256 == file.sha256)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("a frame too many belongs to the body before it; the next body is right, on the same socket")
    func surplus() async throws {
        try await SimulatedService.with { service in
            try await service.withVault { session in
                let files = try await Self.files(session).filter { $0.size != 0 }
                service.simulator.inject(.bodySurplus, times: nil)
                for file in files {
                    let digest = try await session.digest(of: file)
                    #expect(digest.sha256 == file.sha256)
                }
            }
            #expect(service.simulator.counters.socketsOpened == 1)
        }
    }

    @Test("a socket that broke, even while nobody used it, is replaced for the next body")
    func replaced() async throws {
        try await SimulatedService.with { service in
            try await service.withVault { session in
                let files = try await Self.files(session)
                service.simulator.inject(.pullClosed)
                try await syncError(.sourceUnavailable) { try await session.digest(of: files[0]) }
                #expect(try await session.digest(of: files[0]).sha256 == files[0].sha256)
                service.simulator.inject(.bodyTruncated)
                try await syncError(.corruptContent) { try await session.digest(of: files[0]) }
                #expect(try await session.digest(of: files[0]).sha256 == files[0].sha256)
            }
            #expect(service.simulator.counters.socketsOpened == 3)
        }
    }

    @Test("all sockets are closed with the vault", .timeLimit(.minutes(5)))
    func closed() async throws {
        try await SimulatedService.with(environment: ["OBSIDIAN_SOCKETS": "2"]) { service in
            try await service.withVault { session in
                let files = try await Self.files(session)
                try await session.withContent(of: files[0]) { _ in
                    _ = try await session.digest(of: files[1])
                }
                #expect(service.simulator.counters.socketsOpen == 2)
            }
            try await eventually { service.simulator.counters.socketsOpen == 0 }
        }
    }
}

extension SimulatedService {
    /// The files that a listing of their own finds.
    fileprivate var files: [Entry] {
        get async throws { try await withVault { try await $0.entries().entries.filter { $0.kind == .file } } }
    }
}
