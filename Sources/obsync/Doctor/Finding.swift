/// What the doctor has found out about one thing.
struct Finding: Codable, Hashable, Sendable {
    /// How it stands.
    enum State: String, Codable, Sendable {
        /// Nothing has to be done.
        case ok
        /// Worth knowing; nothing has to be done.
        case note
        /// Somebody has to do something.
        case todo
        /// It could not be found out.
        case unknown
    }

    /// What was looked at, in one or two words.
    var subject: String
    var state: State
    /// One sentence: what was found, or what to do.
    var message: String

    static func ok(_ subject: String, _ message: String) -> Finding {
        .init(subject: subject, state: .ok, message: message)
    }
    static func note(_ subject: String, _ message: String) -> Finding {
        .init(subject: subject, state: .note, message: message)
    }
    static func todo(_ subject: String, _ message: String) -> Finding {
        .init(subject: subject, state: .todo, message: message)
    }
    static func unknown(_ subject: String, _ message: String) -> Finding {
        .init(subject: subject, state: .unknown, message: message)
    }
}
