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

    static func output(_ text: String, terminator: String = "\n") {
        StandardOutput.write(Array((text + terminator).utf8))
    }

    static func error(_ text: String, terminator: String = "\n") {
        StandardError.write(Array((text + terminator).utf8))
    }

    /// The columns of the terminal that standard output is, or 100.
    static var outputWidth: Int { columns(of: STDOUT_FILENO) ?? 100 }

    /// The columns of the terminal that standard error is, or 80.
    static var errorWidth: Int { columns(of: STDERR_FILENO) ?? 80 }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Whether somebody watches standard error.
    static var isErrorATerminal: Bool { isatty(STDERR_FILENO) == 1 }
    /// Whether standard output is a terminal.
    static var isOutputATerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
