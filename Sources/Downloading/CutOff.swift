import Clocks

/// When what is under way is given up, because the process ends soon whatever it does.
///
/// Between the moment after which nothing new is begun and the end, two thirds are for finishing what is under way. Ranges
/// are given up then, so that what is stored of their file can be noted; everything else a little later, and what that
/// leaves behind is cleared away for a little longer.
struct CutOff: Sendable {
    /// When the parts of files that can be gone on with are given up.
    let parts: Timestamp
    /// When everything is given up.
    let everything: Timestamp
    /// When clearing away is given up as well. The rest is for the answer.
    let cleanUp: Timestamp

    /// Divides the time between `deadline` and `end`.
    init(deadline: Timestamp, end: Timestamp) {
        let left = max(deadline.duration(to: end), .zero)
        parts = deadline.advanced(by: left * 2 / 3)
        everything = deadline.advanced(by: left * 5 / 6)
        cleanUp = deadline.advanced(by: left * 9 / 10)
    }
}
