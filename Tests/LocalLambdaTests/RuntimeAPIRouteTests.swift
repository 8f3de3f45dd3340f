import NIOHTTP1
import Testing

@testable import LocalLambda

@Suite("Runtime API routes")
struct RuntimeAPIRouteTests {
    @Test("the four calls are told apart")
    func calls() {
        let root = "/2018-06-01/runtime"
        #expect(RuntimeAPIRoute(method: .GET, path: "\(root)/invocation/next") == .next)
        #expect(RuntimeAPIRoute(method: .POST, path: "\(root)/invocation/a-1/response") == .response(requestID: "a-1"))
        #expect(RuntimeAPIRoute(method: .POST, path: "\(root)/invocation/a-1/error") == .error(requestID: "a-1"))
        #expect(RuntimeAPIRoute(method: .POST, path: "\(root)/init/error") == .initializationError)
    }

    @Test(
        "all else is none of them",
        arguments: [
            (HTTPMethod.POST, "/2018-06-01/runtime/invocation/next"), (.GET, "/2018-06-01/runtime/init/error"),
            (.GET, "/2018-06-01/runtime"), (.GET, "/"), (.POST, "/2018-06-01/runtime/invocation/a/b/response"),
        ]
    )
    func unknown(method: HTTPMethod, path: String) {
        #expect(RuntimeAPIRoute(method: method, path: path[...]) == nil)
    }
}
