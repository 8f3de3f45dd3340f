import ArgumentParser
import SyncCore
import Testing

@testable import obsync

@Suite("naming a deployment")
struct SAMConfigurationTests {
    @Test("what obsync init writes is read")
    func written() {
        var settings = DeploymentSettings()
        (settings.stack, settings.region) = ("mirror", "eu-west-3")
        let read = SAMConfiguration(settings.samConfiguration)
        #expect(read.stack == "mirror" && read.region == "eu-west-3" && read.profile == nil)
    }

    @Test(
        "deploy's own parameters go before those of all commands; comments, other environments and other values are passed over"
    )
    func edited() {
        let text = """
            version = 0.1
            [prod.global.parameters]
            stack_name = "production"
            [ default.global.parameters ]
            stack_name = "a"   # the usual one
            region = 'us-east-2'
            profile = ["x"]
            [default.deploy.parameters]
              stack_name = "b"
            confirm_changeset = true
            # profile = "no"
            """
        let read = SAMConfiguration(text)
        #expect(read.stack == "b" && read.region == "us-east-2" && read.profile == nil)
    }

    @Test("the region of the file is that of its own stack alone")
    func region() throws {
        let options = try DeploymentOptions.parse(["--stack", "other", "--samconfig", "/nonexistent"]).choice
        #expect(try options.name().region == nil)
        #expect(throws: SyncError.self) {
            try DeploymentOptions.parse(["--aws", "--samconfig", "/nonexistent"]).choice.name()
        }
        let wrong = try DeploymentOptions.parse(["--stack", "a", "--region", "evil.example/"]).choice
        #expect(throws: SyncError.self) { try wrong.name() }
    }
}
