import Foundation

/// Standard output and standard error, a line at a time.
enum StandardStreams {
    static func output(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func error(_ text: String, terminator: String = "\n") {
        FileHandle.standardError.write(Data((text + terminator).utf8))
    }

    /// Whether somebody watches standard error.
    static var isErrorATerminal: Bool { isatty(FileHandle.standardError.fileDescriptor) == 1 }
}
