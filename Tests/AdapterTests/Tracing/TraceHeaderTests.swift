import Testing

@testable import AWSAdapters

@Suite("the trace header")
struct TraceHeaderTests {
    private static let root = "1-5759e988-bd862e3fe1be46a994272793"

    @Test(
        "parts come in any order and case, with spaces and with parts that nobody knows",
        arguments: [
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "Sampled=1; Parent=53995c3f42cd8ad8; Root=1-5759e988-bd862e3fe1be46a994272793",
            "root=1-5759E988-bd862e3fe1be46a994272793;PARENT=53995C3F42CD8AD8;sampled=1;Lineage=a87bd80c:0|68fd508a:5",
            ";;Self=1-67891234-12456789abcdef012345678;Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;x",
        ]
    )
    func understood(_ text: String) throws {
        let header = try #require(TraceHeader(text))
        #expect(header.traceID == Self.root)
        #expect(header.parentID == "53995c3f42cd8ad8")
        #expect(header.isSampled)
    }

    @Test("only Sampled=1 is sampled", arguments: ["Sampled=0", "Sampled=?", "Sampled=", "Sampled=10", ""])
    func notSampled(_ decision: String) throws {
        let header = try #require(TraceHeader("Root=\(Self.root);Parent=53995c3f42cd8ad8;\(decision)"))
        #expect(!header.isSampled)
    }

    @Test(
        "what names no trace or no segment is none",
        arguments: [
            "", "Root=", "Sampled=1", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
            "Root=2-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=1-5759e988-bd862e3fe1be46a99427279;Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=1-5759e988-bd862e3fe1be46a99427279g;Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad;Sampled=1",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=\"},{\"x\":\"y;Sampled=1",
        ]
    )
    func refused(_ text: String) {
        #expect(TraceHeader(text) == nil)
    }
}
