import Testing

@testable import Simulators

@Suite("Faults are used up")
struct SimulatorFaultsTests {
    @Test("a fault happens as often as it was added for")
    func times() {
        var faults = SimulatorFaults()
        faults.add(.restUnavailable, times: 2)
        let other = faults.take(.signInOverloaded)
        let taken = (0..<3).map { _ in faults.take(.restUnavailable) }
        #expect(!other)
        #expect(taken == [true, true, false])
        #expect(faults.isEmpty)
    }

    @Test("a fault without a number stays until it is removed")
    func unlimited() {
        var faults = SimulatorFaults()
        faults.add(.tokenRefused, times: nil)
        let taken = (0..<5).map { _ in faults.take(.tokenRefused) }
        #expect(taken == [true, true, true, true, true])
        faults.removeAll()
        let left = faults.take(.tokenRefused)
        #expect(!left)
    }

    @Test("a fault of one uid spares the others, and several can strike together")
    func uids() {
        var faults = SimulatorFaults()
        faults.add(.bodyFlipped, uid: 7)
        faults.add(.bodyInOneFrame, times: nil)
        faults.add(.signInOverloaded)
        let struck = [6, 7, 7].map { faults.takePullFaults(uid: $0) }
        #expect(struck == [[.bodyInOneFrame], [.bodyInOneFrame, .bodyFlipped], [.bodyInOneFrame]])
        let signIn = faults.take(.signInOverloaded)
        #expect(signIn)
    }
}
