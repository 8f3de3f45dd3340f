/// AWS CloudFormation, as far as it is used here: what a stack has.
package struct CloudFormation: Sendable {
    private let client: AWSClient

    /// Makes the service over a client. Stacks are those of the client's region.
    package init(client: AWSClient) {
        self.client = client
    }

    /// A stack.
    package struct Stack: Sendable {
        /// Its name.
        package let stackName: String
        /// Its ARN.
        package let stackId: String
        /// Such as `CREATE_COMPLETE`.
        package let stackStatus: String
        /// Values by the names of the outputs.
        package let outputs: [String: String]
        /// Values by the names of the parameters.
        package let parameters: [String: String]
    }

    /// One resource of a stack.
    package struct StackResource: Sendable {
        /// Its name in the template.
        package let logicalResourceId: String
        /// Its name in the account; nil while it is being made.
        package let physicalResourceId: String?
        /// Such as `AWS::S3::Bucket`.
        package let resourceType: String
    }

    /// Tells what a stack was made with and what it put out.
    ///
    ///     <DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>…</StackName>…
    ///
    /// - Parameter stackName: its name or ARN.
    /// - Returns: the stack.
    /// - Throws: ``AWSErrorCode/validationError`` where there is none of that name.
    package func describeStack(_ stackName: String) async throws -> Stack {
        let answer = try await client.call("DescribeStacks", of: .cloudFormation, [("StackName", stackName)])
        guard let stack = answer.child("Stacks")?.all("member").first, let name = stack["StackName"],
            let id = stack["StackId"], let status = stack["StackStatus"]
        else { throw malformed("DescribeStacks") }
        return Stack(
            stackName: name,
            stackId: id,
            stackStatus: status,
            outputs: Self.values(stack.child("Outputs"), "OutputKey", "OutputValue"),
            parameters: Self.values(stack.child("Parameters"), "ParameterKey", "ParameterValue")
        )
    }

    /// Tells which resources a stack has, up to a hundred.
    ///
    /// - Parameter stackName: its name or ARN.
    /// - Returns: the resources.
    /// - Throws: ``AWSErrorCode/validationError`` where there is no such stack.
    package func describeStackResources(_ stackName: String) async throws -> [StackResource] {
        let answer = try await client.call("DescribeStackResources", of: .cloudFormation, [("StackName", stackName)])
        return try (answer.child("StackResources")?.all("member") ?? []).map { resource in
            guard let name = resource["LogicalResourceId"], let type = resource["ResourceType"] else {
                throw malformed("DescribeStackResources")
            }
            return StackResource(
                logicalResourceId: name,
                physicalResourceId: resource["PhysicalResourceId"],
                resourceType: type
            )
        }
    }

    private static func values(_ list: XMLElement?, _ key: String, _ value: String) -> [String: String] {
        let pairs = (list?.all("member") ?? []).compactMap { member in member[key].map { ($0, member[value] ?? "") } }
        return Dictionary(pairs) { first, _ in first }
    }

    private func malformed(_ operation: String) -> AWSError {
        AWSError(
            .malformedResponse,
            message: "the answer is not the XML that was expected",
            service: AWSService.cloudFormation.name,
            operation: operation
        )
    }
}
