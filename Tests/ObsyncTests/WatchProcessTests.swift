import Foundation
import Simulators
import SyncCore
import TestSupport
import Testing

@testable import obsync

/// `obsync watch` as a process of its own.
@Suite("a mirror that is kept up to date", .tags(.integration), .timeLimit(.minutes(5)))
struct WatchProcessTests {
    private func text(_ path: String, in folder: LocalFolder) -> String? {
        FileManager.default.contents(atPath: "\(folder.path)/\(path)").map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "mirrors a change when it is told of it, is seen by status, says that it is ready, and stops when it is told to"
    )
    func changes() async throws {
        let library = try SampleLibrary.make()
        try await withMirror(library) { folder, provider in
            let manager = try ServiceManagerDouble(path: folder.path + "-notify")
            let watch = try ObsyncProcess(
                ["watch", "--dest", folder.path, "--credentials", folder.credentials, "--every", "1d"],
                environment: ["OBSIDIAN_API_URL": provider.baseURL, "NOTIFY_SOCKET": manager.path]
            )
            try watch.start()
            defer { if watch.process.isRunning { kill(watch.process.processIdentifier, SIGKILL) } }
            #expect(try await manager.next() == "READY=1")
            #expect(try await manager.next()?.hasPrefix("STATUS=") == true)

            let vault = try library.vault(named: SampleLibrary.archiveName)
            vault.write("While you watch.md", .text("one"))
            let name = "\(SampleLibrary.archiveName)/While you watch.md"
            try await eventually { text(name, in: folder) == "one" || !watch.process.isRunning }
            #expect(try await manager.next()?.hasPrefix("STATUS=") == true)
            vault.write("While you watch.md", .text("two"))
            try await eventually { text(name, in: folder) == "two" || !watch.process.isRunning }

            let status = try await ObsyncProcess.run(["status", "--dest", folder.path])
            #expect(status.status == 0, "\(status.output)")
            watch.process.terminate()
            let outcome = try await watch.outcome()
            #expect(outcome.status == 143)
            #expect(outcome.output.contains("Synced"))
            #expect(text(name, in: folder) == "two")
        }
    }

    @Test("names the option where there is no such time")
    func wrongTime() async throws {
        let outcome = try await ObsyncProcess.run([
            "watch", "--dest", "/tmp/nowhere", "--credentials", "/none", "--every", "soon",
        ])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("--every"))
    }
}

/// The socket of systemd, as far as a service sees it.
private final class ServiceManagerDouble: Sendable {
    let path: String
    private let socket: Int32

    init(path: String) throws {
        self.path = path
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit {
        close(socket)
        unlink(path)
    }

    /// The next line; nil when none comes.
    func next() async throws -> String? {
        let socket = socket
        return try await onOwnThread {
            var waiting = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 120_000) > 0 else { return nil }
            var buffer = [UInt8](repeating: 0, count: 1000)
            let count = recv(socket, &buffer, buffer.count, 0)
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
        }
    }
}
