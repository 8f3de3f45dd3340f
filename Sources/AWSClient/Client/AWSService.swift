/// A service that this client can talk to.
package struct AWSService: Sendable, Hashable {
    /// The first part of its host name, and the name that signatures carry.
    package let name: String
    /// What follows `AWS_ENDPOINT_URL_` in the variable that replaces its address.
    package let environmentSuffix: String

    /// Amazon S3.
    package static let s3 = AWSService(name: "s3", environmentSuffix: "S3")
    /// Amazon DynamoDB.
    package static let dynamoDB = AWSService(name: "dynamodb", environmentSuffix: "DYNAMODB")
    /// AWS Secrets Manager.
    package static let secretsManager = AWSService(name: "secretsmanager", environmentSuffix: "SECRETS_MANAGER")
    /// Amazon SNS.
    package static let sns = AWSService(name: "sns", environmentSuffix: "SNS")
    /// AWS Step Functions.
    package static let stepFunctions = AWSService(name: "states", environmentSuffix: "SFN")

    /// AWS CloudFormation.
    package static let cloudFormation = AWSService(name: "cloudformation", environmentSuffix: "CLOUDFORMATION")
    /// Amazon CloudWatch.
    package static let cloudWatch = AWSService(name: "monitoring", environmentSuffix: "CLOUDWATCH")
    /// Amazon CloudWatch Logs.
    package static let cloudWatchLogs = AWSService(name: "logs", environmentSuffix: "CLOUDWATCH_LOGS")

    /// Amazon EventBridge Scheduler.
    package static let scheduler = AWSService(name: "scheduler", environmentSuffix: "SCHEDULER")

    /// Whether its errors are XML.
    var speaksXML: Bool { [.s3, .sns, .cloudFormation, .cloudWatch].contains(self) }

    /// All of them.
    package static let all: [AWSService] = [
        s3, dynamoDB, secretsManager, sns, stepFunctions, cloudFormation, cloudWatch, cloudWatchLogs, scheduler,
    ]
}
