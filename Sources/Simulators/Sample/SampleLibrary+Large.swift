extension SampleLibrary {
    /// The name of the vault that is made for size.
    package static let largeName = "Large"
    /// The id of that vault.
    package static let largeID = "7f2d90c4b1a84e36950d1e6ac38b47fd"

    /// Makes a vault of many small files and one attachment. Its encryption is managed, so that no password is needed.
    ///
    /// - Parameters:
    ///   - files: how many small files it has.
    ///   - attachmentBytes: the size of its attachment; 0 for none.
    /// - Returns: the vault.
    /// - Throws: never, in fact: its settings are right.
    package static func makeLarge(files: Int, attachmentBytes: Int) throws -> SimulatedVault {
        var settings = SimulatedVault.Configuration(
            id: largeID,
            name: largeName,
            password: archivePassword,
            salt: "0d51c8f7ab3e42d99b60e1f4a7c2538e"
        )
        settings.isManaged = true
        let vault = try SimulatedVault(settings)
        for number in stride(from: 1, through: files, by: 1) {
            vault.write("Notes/\(number / 1000)/Note \(number).md", .text("# Note \(number)\n"))
        }
        if attachmentBytes > 0 {
            let start = Array("An attachment.\n".utf8).prefix(attachmentBytes)
            let rest = [UInt8](repeating: 0x5A, count: attachmentBytes - start.count)
            vault.write("Attachments/Large.bin", .bytes(start + rest))
        }
        return vault
    }
}
