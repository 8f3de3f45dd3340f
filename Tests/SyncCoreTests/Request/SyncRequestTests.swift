import Testing

@testable import SyncCore

@Suite("The request of a run")
struct SyncRequestTests {
    private func request(_ json: String) throws -> SyncRequest {
        try FunctionJSON.decode(SyncRequest.self, from: Array(json.utf8))
    }

    @Test(
        "an empty input means every vault, incrementally",
        arguments: ["{}", #"{"source": "aws.scheduler", "time": 1}"#]
    )
    func empty(json: String) throws {
        #expect(try request(json) == SyncRequest())
    }

    @Test("every form means the same in the end")
    func forms() throws {
        let full = try request(
            """
            {"action": "sync", "vault_id": "a", "vault_ids": ["b", "a"], "sync_type": "complete", "dest_bucket": "bucket",
             "dest_prefix": "p/", "options": {"max_concurrent": 5, "timeout_minutes": 10}}
            """
        )
        #expect(full.vaultIDs == [VaultID("a"), VaultID("b")])
        #expect(full.syncType == .complete)
        #expect((full.destinationBucket, full.destinationPrefix) == ("bucket", "p/"))
        #expect((full.options.maxConcurrent, full.options.timeoutMinutes) == (5, 10))
        #expect(try FunctionJSON.decode(SyncRequest.self, from: FunctionJSON.encode(full)) == full)
        let one = try request(#"{"type": "sync_vault", "vault_id": "a", "options": {"full_sync": true}}"#)
        #expect(one.vaultIDs == [VaultID("a")])
        #expect(one.syncType == .complete)
        let many = try request(#"{"type": "sync_multiple", "vaults": [{"vault_id": "a"}, {"vault_id": "b"}]}"#)
        #expect(many.vaultIDs == full.vaultIDs)
        #expect(many.syncType == .incremental)
        let status = try request(#"{"type": "status", "vault_ids": ["a"]}"#)
        #expect(status.action == .status)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (#"[]"#, "not a JSON object"), (#"{"action": "delete"}"#, "action"), (#"{"action": 1}"#, "action"),
            (#"{"type": "x"}"#, "type"), (#"{"sync_type": "all"}"#, "sync_type"), (#"{"vault_id": "a/b"}"#, "vault_id"),
            (#"{"vault_id": 5}"#, "vault_id"), (#"{"vault_ids": "a"}"#, "vault_ids"),
            (#"{"vault_ids": [""]}"#, "vault_ids"), (#"{"vaults": [{}]}"#, "vaults"),
            (#"{"vaults": [{"vault_id": ".."}]}"#, "vaults.vault_id"), (#"{"type": "sync_vault"}"#, "vault_id"),
            (#"{"type": "sync_multiple", "vaults": []}"#, "vaults"), (#"{"type": "status"}"#, "vault_ids"),
            (#"{"dest_bucket": 1}"#, "dest_bucket"), (#"{"dest_prefix": []}"#, "dest_prefix"),
            (#"{"options": 1}"#, "options"), (#"{"options": {"max_concurrent": 0}}"#, "options.max_concurrent"),
            (#"{"options": {"max_concurrent": 41}}"#, "options.max_concurrent"),
            (#"{"options": {"timeout_minutes": "5"}}"#, "options.timeout_minutes"),
            (#"{"options": {"timeout_minutes": 16}}"#, "options.timeout_minutes"),
            (#"{"options": {"full_sync": "yes"}}"#, "options.full_sync"),
            (#"{"options": {"max_concurrent": 1e300}}"#, "options.max_concurrent"),
            (#"{"options": {"max_concurrent": 2.5}}"#, "options.max_concurrent"),
            (#"{"options": {"timeout_minutes": -9223372036854775808}}"#, "options.timeout_minutes"),
            (#"{"options": {"timeout_minutes": 18446744073709551616}}"#, "options.timeout_minutes"),
            (#"{"options": []}"#, "options"), (#"{"vaults": {"vault_id": "a"}}"#, "vaults"),
            (#"{"vaults": ["a"]}"#, "vaults"), (#"{"vault_ids": [["a"]]}"#, "vault_ids"),
            (#"{"vault_id": "_account"}"#, "vault_id"), (#"{"vault_id": "a\u0000b"}"#, "vault_id"),
            (#"{"vault_id": "caf\u00e9"}"#, "vault_id"),
            (#"{"type": "status", "action": "sync", "vault_ids": ["a"]}"#, "action and type"),
            (#"{"type": "sync_vault", "action": "status", "vault_id": "a"}"#, "action and type"),
            (#"{"sync_type": "incremental", "options": {"full_sync": true}}"#, "sync_type and options.full_sync"),
            (#"{"dest_bucket": ""}"#, "dest_bucket"), (#"{"dest_bucket": "Upper"}"#, "dest_bucket"),
            (#"{"dest_bucket": "a/../b"}"#, "dest_bucket"), (#"{"dest_prefix": "/"}"#, "dest_prefix"),
            (#"{"dest_prefix": "/etc/"}"#, "dest_prefix"), (#"{"dest_prefix": "a//b"}"#, "dest_prefix"),
            (#"{"dest_prefix": "../state/"}"#, "dest_prefix"), (#"{"dest_prefix": "a/../../b/"}"#, "dest_prefix"),
            (#"{"dest_prefix": "./a"}"#, "dest_prefix"), (#"{"dest_prefix": "a\nb"}"#, "dest_prefix"),
            (#"{"dest_prefix": "a\u0000"}"#, "dest_prefix"), (#"{"dest_prefix": "a\u0085b"}"#, "dest_prefix"),
        ]
    )
    func errors(json: String, field: String) {
        let error = #expect(throws: SyncError.self) { try request(json) }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains(field) == true)
    }

    @Test(
        "a password is refused wherever it stands, and not repeated",
        arguments: [
            #"{"vault_password": "s3cret"}"#, #"{"vaults": [{"vault_id": "a", "vault_password": "s3cret"}]}"#,
            #"{"options": {"password": "s3cret"}}"#,
        ]
    )
    func passwords(json: String) {
        let error = #expect(throws: SyncError.self) { try request(json) }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("under vaults.<vault id>.password") == true)
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test("ids and prefixes are as long as they may be, and no longer")
    func lengths() throws {
        let long = String(repeating: "x", count: 128)
        #expect(try request("{\"vault_id\": \"\(long)\"}").vaultIDs.first?.rawValue == long)
        let prefix = String(repeating: "y", count: 511) + "/"
        #expect(try request("{\"dest_prefix\": \"\(prefix)\"}").destinationPrefix == prefix)
        for json in [
            "{\"vault_id\": \"\(long)x\"}", "{\"dest_prefix\": \"\(prefix)y\"}",
            "{\"dest_bucket\": \"\(long)\"}",
        ] {
            let error = #expect(throws: SyncError.self) { try request(json) }
            #expect(error?.name == .invalidInput)
            #expect(error?.message.contains("xxxx") == false)
        }
    }

    @Test("a list may repeat itself, and names no more than a hundred vaults")
    func manyVaults() throws {
        func list(_ count: Int, distinct: Int) -> String {
            "{\"vault_ids\": [" + (0..<count).map { "\"v\($0 % distinct)\"" }.joined(separator: ",") + "]}"
        }
        #expect(try request(list(20_000, distinct: 100)).vaultIDs.count == 100)
        let error = #expect(throws: SyncError.self) { try request(list(20_000, distinct: 101)) }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("vault_ids") == true)
    }

    @Test("an empty prefix is the bucket's root, another one keeps its slash")
    func prefixes() throws {
        for prefix in ["", "a", "a/", "with space/\u{E9}/"] {
            #expect(try request("{\"dest_prefix\": \"\(prefix)\"}").destinationPrefix == prefix)
        }
    }
}
