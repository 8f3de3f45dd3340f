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
}
