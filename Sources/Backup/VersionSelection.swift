package import Clocks
package import SyncCore

/// Which version of a file is meant: the one of now, or the one of a moment.
package enum VersionSelection: Hashable, Sendable {
    /// What the mirror holds.
    case present
    /// What the mirror held then.
    case at(Timestamp)

    /// What somebody had put in the place of the version that is meant.
    func replacement(in file: FileVersions) -> FileVersion? {
        guard case .at(let moment) = self else { return nil }
        return file.replacement(at: moment)
    }

    /// The version that is meant; nil where the mirror holds none, or held none then.
    ///
    /// What somebody put into the mirror by hand is never it: a restore gives back what came from the source.
    package func callAsFunction(_ file: FileVersions) -> FileVersion? {
        let fromSource = file.versions.lazy.filter(\.isFromSource)
        switch self {
        case .present:
            return fromSource.last { $0.until == nil }
        case .at(let moment):
            // Of two that cover a moment, which clocks that disagree can give, the later one counts.
            return fromSource.last { version in
                let isBegun = version.since.map { $0 <= moment } ?? true
                let isOver = version.until.map { $0 <= moment } ?? false
                return isBegun && !isOver
            }
        }
    }
}
