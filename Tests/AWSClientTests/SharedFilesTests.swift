import Testing

@testable import AWSClient

@Suite("The files that the AWS tools share")
struct SharedFilesTests {
    private static let text = """
        [default]
        region = us-east-1 # a comment
        [profile  "work"]
        Region=eu-west-1
        key = a#b
        s3 =
          addressing_style = path
        ; a comment
        region = eu-west-2
        [services local]
        s3 =
          endpoint_url = http://127.0.0.1:9000
        """

    @Test("a section has its own settings, the last of each name, and those of indented lines below theirs")
    func sections() {
        let work = SharedFiles.section(["profile work", "work"], in: Self.text)
        #expect(work == ["region": "eu-west-2", "key": "a#b", "s3.addressing_style": "path"])
        #expect(SharedFiles.section(["default"], in: Self.text) == ["region": "us-east-1"])
        #expect(SharedFiles.section(["services local"], in: Self.text) == ["s3.endpoint_url": "http://127.0.0.1:9000"])
        #expect(SharedFiles.section(["profile other"], in: Self.text) == nil)
    }

    @Test("files are where the variables say, or at home; one that is not there is empty")
    func places() throws {
        let files = ["/home/me/.aws/config": "c", "/elsewhere": "k"]
        let found = try SharedFiles(
            ["HOME": "/home/me", "AWS_SHARED_CREDENTIALS_FILE": "/elsewhere"],
            readFile: { files[$0] }
        )
        #expect((found.config, found.credentials) == ("c", "k"))
        let none = try SharedFiles(["HOME": "/home/you"], readFile: { files[$0] })
        #expect((none.config, none.credentials) == ("", ""))
    }
}
