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
            "", "null", "[]", "5", #""text""#, "{", "<html></html>",
        ]
    )
    func unreadable(text: String) {
        let error = #expect(throws: SyncError.self) { try SocketMessage(text: Array(text.utf8)) }
        #expect(error?.name == .protocolChanged)
    }

    @Test(
        "numbers are read however they are written, and what is none is counted",
        arguments: [
            ("42", 42, []), ("42.0", 42, []), (#""42""#, 42, []), (#""42.9""#, 42, []),
            ("1732060800123.5", 1_732_060_800_123, []),
            ("-86400000", -86_400_000, []), ("-0.5", -1, []), ("1e300", Int64.max, []), ("-1e300", Int64.min, []),
            ("null", nil, []), (#""""#, nil, []), ("true", nil, ["mtime"]), (#""soon""#, nil, ["mtime"]),
            ("{}", nil, ["mtime"]),
        ] as [(String, Int64?, Set<String>)]
    )
    func numbers(text: String, value: Int64?, unusable: Set<String>) throws {
        let message = try SocketMessage(text: Array(#"{"op":"push","mtime":\#(text)}"#.utf8))
        #expect(message.mtime == value)
        #expect(message.unusable == unusable)
    }

    @Test(
        "flags may be numbers and texts; a record of which it cannot be told what it is has no kind",
        arguments: [
            (#""folder":1"#, Entry.Kind.folder), (#""folder":"true""#, .folder), (#""folder":0"#, .file),
            (#""folder":null"#, .file),
            (#""deleted":1.0,"folder":1"#, .deletion), (#""deleted":"0""#, .file), (#""folder":"maybe""#, nil),
            (#""deleted":2"#, nil), (#""relatedpath":7,"hash":[],"size":{}"#, .file),
        ] as [(String, Entry.Kind?)]
    )
    func kinds(fields: String, kind: Entry.Kind?) throws {
        #expect(try SocketMessage(text: Array(#"{"op":"push","uid":1,"path":"ab",\#(fields)}"#.utf8)).kind == kind)
    }

    @Test("a version that is a text is one, and an error of any form is one")
    func loose() throws {
        #expect(try SocketMessage(text: Array(#"{"op":"ready","version":"77"}"#.utf8)).version == 77)
        #expect(try SocketMessage(text: Array(#"{"err":{"code":5}}"#.utf8)).errorText == "")
    }
}
