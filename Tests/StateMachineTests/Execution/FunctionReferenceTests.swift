import Testing

@testable import StateMachine

@Suite("A function reference")
struct FunctionReferenceTests {
    @Test(
        "has a name and perhaps a qualifier",
        arguments: [
            ("lister", "lister", nil), ("lister:prod", "lister", "prod"),
            ("111122223333:function:lister", "lister", nil),
            ("arn:aws:lambda:eu-west-1:111122223333:function:my-f_1", "my-f_1", nil),
            ("arn:aws:lambda:eu-west-1:111122223333:function:lister:$LATEST", "lister", "$LATEST"),
        ] as [(String, String, String?)]
    )
    func parts(text: String, name: String, qualifier: String?) throws {
        let reference = try #require(FunctionReference(text))
        #expect(reference.name == name)
        #expect(reference.qualifier == qualifier)
        #expect(reference.text == text)
    }

    @Test(
        "is refused",
        arguments: [
            "", "a b", "a:b:c", "lister:", "arn:aws:lambda:eu-west-1:1:function:", "arn:aws:s3:::function:x",
            "function:f", "é",
        ]
    )
    func refusals(text: String) {
        #expect(FunctionReference(text) == nil)
    }

    @Test("takes a qualifier given apart over its own")
    func qualifier() {
        #expect(FunctionReference("f:1", qualifier: "2")?.qualifier == "2")
    }
}
