extension SecretsManager {
    /// Reads a version of a secret; the current one by default.
    package struct GetSecretValueRequest: Sendable, Encodable {
        /// The name or ARN of the secret.
        package var secretId: String
        /// The version.
        package var versionId: String?
        /// The label of the version.
        package var versionStage: String?

        /// Makes a request.
        package init(secretId: String, versionId: String? = nil, versionStage: String? = nil) {
            self.secretId = secretId
            self.versionId = versionId
            self.versionStage = versionStage
        }

        enum CodingKeys: String, CodingKey {
            case secretId = "SecretId"
            case versionId = "VersionId"
            case versionStage = "VersionStage"
        }
    }

    /// A version of a secret.
    package struct GetSecretValueResponse: Sendable, Decodable {
        /// The ARN of the secret.
        package let arn: String?
        /// The name of the secret.
        package let name: String?
        /// The content; nil where the secret is binary.
        package let secretString: String?
        /// The version.
        package let versionId: String?
        /// Its labels, such as `AWSCURRENT`.
        package let versionStages: [String]?

        enum CodingKeys: String, CodingKey {
            case arn = "ARN"
            case name = "Name"
            case secretString = "SecretString"
            case versionId = "VersionId"
            case versionStages = "VersionStages"
        }
    }

    /// Adds a version to a secret.
    package struct PutSecretValueRequest: Sendable, Encodable {
        /// The version's identifier, 32 to 64 characters. The same one with the same content is done only once.
        package var clientRequestToken: String
        /// The name or ARN of the secret.
        package var secretId: String
        /// The content.
        package var secretString: String
        /// Its labels; `AWSCURRENT` when there is none.
        package var versionStages: [String]?

        /// Makes a request.
        package init(
            clientRequestToken: String,
            secretId: String,
            secretString: String,
            versionStages: [String]? = nil
        ) {
            self.clientRequestToken = clientRequestToken
            self.secretId = secretId
            self.secretString = secretString
            self.versionStages = versionStages
        }

        enum CodingKeys: String, CodingKey {
            case clientRequestToken = "ClientRequestToken"
            case secretId = "SecretId"
            case secretString = "SecretString"
            case versionStages = "VersionStages"
        }
    }

    /// The version that was added.
    package struct PutSecretValueResponse: Sendable, Decodable {
        /// The ARN of the secret.
        package let arn: String?
        /// The name of the secret.
        package let name: String?
        /// The version.
        package let versionId: String?
        /// Its labels, such as `AWSCURRENT`.
        package let versionStages: [String]?

        enum CodingKeys: String, CodingKey {
            case arn = "ARN"
            case name = "Name"
            case versionId = "VersionId"
            case versionStages = "VersionStages"
        }
    }

    /// Moves a label from one version to another, provided that it is where it is said to be.
    package struct UpdateSecretVersionStageRequest: Sendable, Encodable {
        /// Where the label goes.
        package var moveToVersionId: String?
        /// Where it is now. The request fails when it is elsewhere.
        package var removeFromVersionId: String?
        /// The name or ARN of the secret.
        package var secretId: String
        /// The label.
        package var versionStage: String

        /// Makes a request.
        package init(
            moveToVersionId: String? = nil,
            removeFromVersionId: String? = nil,
            secretId: String,
            versionStage: String
        ) {
            self.moveToVersionId = moveToVersionId
            self.removeFromVersionId = removeFromVersionId
            self.secretId = secretId
            self.versionStage = versionStage
        }

        enum CodingKeys: String, CodingKey {
            case moveToVersionId = "MoveToVersionId"
            case removeFromVersionId = "RemoveFromVersionId"
            case secretId = "SecretId"
            case versionStage = "VersionStage"
        }
    }

    /// The secret whose label moved.
    package struct UpdateSecretVersionStageResponse: Sendable, Decodable {
        /// The ARN of the secret.
        package let arn: String?
        /// The name of the secret.
        package let name: String?

        enum CodingKeys: String, CodingKey {
            case arn = "ARN"
            case name = "Name"
        }
    }

    /// Makes a secret.
    package struct CreateSecretRequest: Sendable, Encodable {
        /// The version's identifier, 32 to 64 characters. The same one with the same content is done only once.
        package var clientRequestToken: String
        /// Its name.
        package var name: String
        /// The content of its first version.
        package var secretString: String?

        /// Makes a request.
        package init(clientRequestToken: String, name: String, secretString: String? = nil) {
            self.clientRequestToken = clientRequestToken
            self.name = name
            self.secretString = secretString
        }

        enum CodingKeys: String, CodingKey {
            case clientRequestToken = "ClientRequestToken"
            case name = "Name"
            case secretString = "SecretString"
        }
    }

    /// The secret that was made.
    package struct CreateSecretResponse: Sendable, Decodable {
        /// The ARN of the secret.
        package let arn: String?
        /// The name of the secret.
        package let name: String?
        /// The version.
        package let versionId: String?

        enum CodingKeys: String, CodingKey {
            case arn = "ARN"
            case name = "Name"
            case versionId = "VersionId"
        }
    }

    /// Asks which versions a secret has.
    package struct DescribeSecretRequest: Sendable, Encodable {
        /// The name or ARN of the secret.
        package var secretId: String

        /// Makes a request.
        package init(secretId: String) {
            self.secretId = secretId
        }

        enum CodingKeys: String, CodingKey {
            case secretId = "SecretId"
        }
    }

    /// A secret without its content.
    package struct DescribeSecretResponse: Sendable, Decodable {
        /// The ARN of the secret.
        package let arn: String?
        /// The name of the secret.
        package let name: String?
        /// The labels of each version.
        package let versionIdsToStages: [String: [String]]?
        /// When its deletion was asked for, in seconds since 1970; it can be restored for some days after that.
        package let deletedDate: Double?

        enum CodingKeys: String, CodingKey {
            case arn = "ARN"
            case name = "Name"
            case versionIdsToStages = "VersionIdsToStages"
            case deletedDate = "DeletedDate"
        }
    }
}
