import Testing

@testable import LocalLambda

@Suite("Function specification")
struct FunctionSpecificationTests {
    @Test("own variables win over inherited ones, and the platform's over all")
    func environment() {
        var function = FunctionSpecification(
            name: "lister",
            executablePath: "/f",
            memorySizeInMegabytes: 512,
            timeout: .seconds(300)
        )
        function.environment = ["A": "own", "AWS_LAMBDA_FUNCTION_NAME": "own"]
        let result = function.processEnvironment(
            inherited: ["A": "inherited", "B": "inherited", "AWS_REGION": "eu-west-1"],
            runtimeAPIPort: 9001
        )
        #expect(
            result == [
                "A": "own", "B": "inherited", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
                "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "AWS_LAMBDA_FUNCTION_NAME": "lister",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "AWS_LAMBDA_FUNCTION_TIMEOUT": "300",
            ]
        )
    }

    @Test("a region is there when none is inherited")
    func region() {
        let function = FunctionSpecification(name: "f", executablePath: "/f")
        #expect(function.processEnvironment(inherited: [:], runtimeAPIPort: 1)["AWS_REGION"] == "us-east-1")
    }
}
