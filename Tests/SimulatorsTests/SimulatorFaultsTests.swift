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

    @Test("every fault has a name of its own, and is added by it", arguments: SimulatorFaultName.all.map(\.name))
    func names(name: String) throws {
        let known = SimulatorFaultName.all.filter { $0.name == name }
        #expect(known.count == 1)
        #expect(known.first?.help.isEmpty == false)
        let value = known.first?.value == nil ? "" : "=12"
        var faults = SimulatorFaults()
        try faults.add(parsing: "\(name)\(value)@7*2")
        #expect(faults.rules.count == 1)
        #expect(faults.rules.first?.uid == 7)
        #expect(faults.rules.first?.remaining == 2)
        let wrong = #expect(throws: SimulatorError.self) {
            try faults.add(parsing: value.isEmpty ? "\(name)=12" : name)
        }
        #expect(wrong?.message.contains(name) == true)
    }

    @Test("what is written is what happens")
    func parsed() throws {
        var faults = SimulatorFaults()
        try faults.add(parsing: "pull-refused=Not * logged @ in@3")
        try faults.add(parsing: "listing-cut=3*1")
        #expect(faults.rules.map(\.fault) == [.pullRefused("Not * logged @ in"), .listingCut(afterRecords: 3)])
        #expect(faults.rules.map(\.uid) == [3, nil])
        #expect(faults.rules.map(\.remaining) == [nil, 1])
    }

    @Test("a name that there is not is answered with those that there are")
    func unknownName() {
        var faults = SimulatorFaults()
        let error = #expect(throws: SimulatorError.self) { try faults.add(parsing: "body-flopped") }
        #expect(error?.code == .unknownFault)
        #expect(SimulatorFaultName.all.allSatisfy { error?.message.contains($0.name) == true })
    }
}
