import Foundation

/// What this process has used so far.
enum Usage {
    private static var now: rusage {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage
    }

    /// CPU seconds, user and system.
    static var cpuSeconds: Double {
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        let usage = now
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// The most memory that the process ever had, in MiB.
    static var peakMemory: Double { Double(now.ru_maxrss) / 1024 }

    /// The CPU seconds that something takes.
    static func measure(_ body: () async throws -> Void) async rethrows -> Double {
        let start = cpuSeconds
        try await body()
        return cpuSeconds - start
    }

    /// The CPU seconds that two things take, the best of five turns each: what else runs on the machine, and how fast that
    /// lets it be, counts against neither.
    static func best(
        _ first: () async throws -> Void,
        _ second: () async throws -> Void
    ) async rethrows -> (first: Double, second: Double) {
        var best = (first: Double.infinity, second: Double.infinity)
        for _ in 1...5 {
            best.first = min(best.first, try await measure(first))
            best.second = min(best.second, try await measure(second))
        }
        return best
    }
}
