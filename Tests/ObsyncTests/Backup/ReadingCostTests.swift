import Testing

@testable import obsync

@Suite("what reading a bucket costs")
struct ReadingCostTests {
    @Test("is told by bytes, requests and a price")
    func sentences() {
        var cost = ReadingCost()
        cost.add(1000)
        let one = "Reading 1 file fetches 1.0 kB with 1 request, for about a cent at AWS's list price."
        #expect(cost.sentence(reads: true) == one)
        for _ in 1...100 { cost.add(1 << 30) }
        #expect(cost.files == 101)
        #expect(cost.sentence(reads: true).contains("107.4 GB with 25701 requests, for about 9.68 $"))
        let many = "The store is asked what it holds, with 101 requests, for about a cent"
        #expect(cost.sentence(reads: false).hasPrefix(many))
    }
}
