import ArgumentParser
import Simulators
import Testing

@testable import obsync

@Suite("faults of the simulator on the command line")
struct FaultArgumentTests {
    @Test(
        "a fault happens once, so many times, or always",
        arguments: [
            ("short-page", 1), ("throttled:3", 3), ("body-cut:always", nil),
        ] as [(String, Int?)]
    )
    func times(text: String, times: Int?) throws {
        let argument = try #require(FaultArgument(argument: text))
        #expect(argument.fault.rawValue == text.split(separator: ":")[0])
        #expect(argument.times == times)
    }

    @Test(
        "what names no fault is refused",
        arguments: ["", "nothing", "throttled:0", "throttled:often", "throttled:1:2"]
    )
    func refused(text: String) {
        #expect(FaultArgument(argument: text) == nil)
    }

    @Test("the commands explain themselves")
    func help() throws {
        #expect(SimulateGoProCommand.helpMessage().contains("short-page"))
        #expect(try SimulateGoProCommand.parse(["--fault", "short-page:2", "--fault", "redirect"]).fault.count == 2)
    }
}
