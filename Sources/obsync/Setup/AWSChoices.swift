import AWSAdapters
import AWSClient
import LocalAdapters

extension AWSClient.Choices {
    /// Those of the command line, where programs can be run: a profile's `credential_process`, and the AWS CLI.
    static var commandLine: AWSClient.Choices {
        var choices = AWSClient.Choices()
        choices.runCommand = { try await ProgramRunner.run($0, environment: $1) }
        return choices
    }
}
