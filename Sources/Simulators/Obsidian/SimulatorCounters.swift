/// What clients have asked of a simulator since it started.
package struct SimulatorCounters: Sendable, Equatable {
    /// Sign-ins tried, successful or not.
    package var signIns = 0
    /// REST requests by path.
    package var restRequests: [String: Int] = [:]
    /// Requests that carried no `User-Agent`.
    package var requestsWithoutUserAgent = 0
    /// Sockets that were upgraded.
    package var socketsOpened = 0
    /// Sockets that are open now.
    package var socketsOpen = 0
    /// The most sockets that were open at once.
    package var socketsOpenAtMost = 0
    /// Openings of a vault that succeeded with `initial` true.
    package var snapshots = 0
    /// Openings of a vault that succeeded with `initial` false.
    package var incrementalListings = 0
    /// Records sent before `ready`.
    package var recordsListed = 0
    /// Records sent after `ready`.
    package var recordsPushed = 0
    /// The uids that were pulled, in the order of the requests.
    package var pulledUIDs: [Int64] = []
    /// The bytes of bodies that were sent, encrypted.
    package var bytesServed = 0
    /// Operations that would have changed something, by their name; all were refused.
    package var refusedWrites: [String: Int] = [:]
    /// Requests that came while another was outstanding on the same socket.
    package var overlappingRequests = 0

    /// The number of pulls.
    package var pulls: Int { pulledUIDs.count }
}
