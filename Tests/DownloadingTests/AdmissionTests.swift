import Testing

@testable import Downloading

@Suite("What may be under way at once")
struct AdmissionTests {
    private let small = Admission.Weight(slots: 1, bytes: 10)

    @Test("the first file may always begin, however heavy it is")
    func first() {
        let admission = Admission(bytesLimit: 10)
        #expect(admission.admits(.init(slots: 99, bytes: 1000), slots: 1))
    }

    @Test("files begin as long as there are bytes left")
    func bytes() {
        var admission = Admission(bytesLimit: 25)
        admission.enter(small)
        admission.enter(small)
        #expect(!admission.admits(small, slots: 9))
        #expect(admission.admits(.init(slots: 1, bytes: 5), slots: 9))
        admission.leave(small)
        #expect(admission.admits(small, slots: 9))
    }

    @Test("files begin as long as there are slots left, of which one in ranges takes several")
    func slots() {
        var admission = Admission(bytesLimit: 1000)
        admission.enter(.init(slots: 3, bytes: 10))
        #expect(admission.admits(small, slots: 4))
        #expect(!admission.admits(.init(slots: 2, bytes: 10), slots: 4))
        #expect(!admission.admits(small, slots: 3))
        admission.leave(.init(slots: 3, bytes: 10))
        #expect(admission.isIdle)
    }
}
