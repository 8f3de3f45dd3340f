import SyncCore
import Testing

@testable import Authenticating

@Suite("The event of the authenticator")
struct AuthenticateInputTests {
    @Test(
        "whatever is called like a secret is refused by its name",
        arguments: [
            (#"{"Vault-Password": 1}"#, "Vault-Password"),
            (#"{"options": {"vaultPassword": null}}"#, "options.vaultPassword"),
            (#"{"vaults": [{"vault_id": "a", "PASSWD": "s3cret"}]}"#, "vaults.PASSWD"),
            (#"{"vault_ids": [{"passphrase": "s3cret"}]}"#, "vault_ids.passphrase"),
            (#"{"accessToken": "s3cret"}"#, "accessToken"),
            (#"{"auth": {"totp_secret": "s3cret"}}"#, "auth.totp_secret"),
            (#"{"Authorization": "s3cret"}"#, "Authorization"), (#"{"gp_cookie": "s3cret"}"#, "gp_cookie"),
            (#"{"input": {"request": {"client_secret": "s3cret"}}}"#, "input.request.client_secret"),
            (#"{"pass\nword password": "s3cret"}"#, "pass?word?password"),
        ]
    )
    func secretNames(json: String, field: String) {
        let error = #expect(throws: SyncError.self) {
            try FunctionJSON.decode(AuthenticateInput.self, from: Array(json.utf8))
        }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains("the field \(field) is refused") == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test(
        "an envelope's own fields are checked like the rest",
        arguments: [
            (#"{"execution": 7, "input": {}}"#, "execution"), (#"{"run": 7}"#, "run"), (#"{"run": "../x"}"#, "run"),
            (#"{"cursor": {}}"#, "cursor"), (#"{"reauthentications": "many"}"#, "reauthentications"),
            (#"{"reauthentications": -1}"#, "reauthentications"), (#"{"force": "yes"}"#, "force"),
            (#"{"secret_version": 1}"#, "secret_version"), (#"{"input": []}"#, "input"), (#"{"request": 1}"#, "input"),
            (#"[]"#, "input"), (#"7"#, "input"),
        ]
    )
    func envelope(json: String, field: String) {
        let error = #expect(throws: SyncError.self) {
            try FunctionJSON.decode(AuthenticateInput.self, from: Array(json.utf8))
        }
        #expect(error?.name == .invalidInput)
        #expect(error?.message.contains(field) == true, "\(error?.message ?? "")")
    }
}
