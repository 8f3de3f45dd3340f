import HTTPTransport
import NIOHTTP1
import Testing

@testable import AWSClient

@Suite("Secrets Manager requests and answers")
struct SecretsManagerTests {
    @Test("a secret is read by label, its version and labels told")
    func get() async throws {
        let executor = ScriptedExecutor(
            .answer(
                200,
                [:],
                #"{"ARN":"arn","Name":"n","SecretString":"{}","VersionId":"v","VersionStages":["AWSCURRENT"],"CreatedDate":1.5}"#
            )
        )
        let output = try await SecretsManager(client: client(executor)).getSecretValue(
            .init(secretId: "n", versionStage: "AWSCURRENT")
        )
        let request = try #require(executor.requests.first)
        #expect(request.url == "https://secretsmanager.eu-central-1.amazonaws.com/")
        #expect(request.headers["X-Amz-Target"] == ["secretsmanager.GetSecretValue"])
        #expect(request.headers["Content-Type"] == ["application/x-amz-json-1.1"])
        #expect(request.bodyText?.contains(#""VersionStage":"AWSCURRENT""#) == true)
        #expect(output.arn == "arn")
        #expect(output.secretString == "{}")
        #expect(output.versionId == "v")
        #expect(output.versionStages == ["AWSCURRENT"])
    }

    @Test("a version is put under its token, and a label moved from where it is")
    func stage() async throws {
        let executor = ScriptedExecutor(.answer(200, [:], #"{"VersionId":"t"}"#), .answer(200, [:], #"{"ARN":"a"}"#))
        let secrets = SecretsManager(client: client(executor))
        let put = try await secrets.putSecretValue(
            .init(clientRequestToken: "t", secretId: "n", secretString: "s", versionStages: ["AWSPENDING"])
        )
        #expect(put.versionId == "t")
        _ = try await secrets.updateSecretVersionStage(
            .init(moveToVersionId: "t", removeFromVersionId: "o", secretId: "n", versionStage: "AWSCURRENT")
        )
        let bodies = executor.requests.compactMap(\.bodyText)
        #expect(bodies[0].contains(#""ClientRequestToken":"t""#))
        #expect(bodies[1].contains(#""MoveToVersionId":"t""#))
        #expect(bodies[1].contains(#""RemoveFromVersionId":"o""#))
    }
}
