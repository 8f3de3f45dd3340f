import Foundation
import LambdaRuntime

/// Standard output and standard error, a line at a time.
///
/// Nobody may be there to read: a pipe is closed, a disk is full, a terminal is gone. What cannot be written is dropped,
/// and the work goes on.
enum StandardStreams {
    /// Keeps a closed pipe from ending the process.
    static func outliveReaders() {
        signal(SIGPIPE, SIG_IGN)
    }

    static func output(_ text: String) {
        StandardOutput.write(Array((text + "\n").utf8))
    }

    static func error(_ text: String, terminator: String = "\n") {
        StandardError.write(Array((text + terminator).utf8))
    }

    /// Whether somebody watches standard error.
    static var isErrorATerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
