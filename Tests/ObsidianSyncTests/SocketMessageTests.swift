import SyncCore
import Testing

@testable import ObsidianSync

@Suite("Socket messages")
struct SocketMessageTests {
    @Test(
        "errors are seen in all their forms",
        arguments: [
            (#"{"res":"err","msg":"a"}"#, "a"),
            (#"{"status":"err","msg":"b"}"#, "b"),
            (#"{"err":"c"}"#, "c"),
            (#"{"error":"d"}"#, "d"),
            (#"{"res":"err","err":"e"}"#, "e"),
            (#"{"res":"err"}"#, ""),
            (#"{"status":"err","msg":null}"#, ""),
        ]
    )
    func errors(text: String, expected: String) throws {
        #expect(try SocketMessage(text: Array(text.utf8)).errorText == expected)
    }

    @Test(
        "nothing else is one",
        arguments: [
            #"{"res":"ok","perFileMax":5242880,"userId":1}"#, #"{"op":"pong"}"#, #"{"msg":"hello"}"#,
            #"{"err":null,"error":null,"size":0,"pieces":0}"#, "{}",
        ]
    )
    func noErrors(text: String) throws {
        #expect(try SocketMessage(text: Array(text.utf8)).errorText == nil)
    }

    @Test("a record is read with all its fields, and unknown ones are passed over")
    func record() throws {
        let text = """
            {"op":"push","uid":9007199254740993,"path":"ab","hash":"cd","size":1234,"ctime":1,"mtime":1770399182173,
             "folder":false,"deleted":true,"device":"desk","user":1,"relatedpath":null,"extension":"md","ts":[1]}
            """
        let message = try SocketMessage(text: Array(text.utf8))
        #expect(message.op == "push")
        #expect(message.uid == 9_007_199_254_740_993)
        #expect(message.path == "ab")
        #expect(message.hash == "cd")
        #expect(message.size == 1234)
        #expect(message.mtime == 1_770_399_182_173)
        #expect(message.folder == false)
        #expect(message.deleted == true)
        #expect(message.relatedpath == nil)
    }

    @Test(
        "what is no such object has changed the protocol",
        arguments: [
            "", "null", "[]", "5", #""text""#, "{", #"{"uid":"five"}"#, #"{"size":1.5}"#, #"{"op":{}}"#,
            "<html></html>",
        ]
    )
    func unreadable(text: String) {
        let error = #expect(throws: SyncError.self) { try SocketMessage(text: Array(text.utf8)) }
        #expect(error?.name == .protocolChanged)
    }
}
