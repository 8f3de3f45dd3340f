/// The form of what is stored: the JSON form is a number, which stands beside the data under `form`.
///
/// What has none was written by the first release. Within a form fields are only added, and all of them may be missing; so data
/// of an older form are read as they are. Data of a newer one are refused when they are decoded, and left alone.
package struct DataForm: RawRepresentable, Hashable, Codable, Sendable {
    package let rawValue: Int

    /// The form that this program writes, and the newest one that it reads.
    package static let current = DataForm(rawValue: 2)

    package init(rawValue: Int) {
        self.rawValue = rawValue
    }

    package init(from decoder: any Decoder) throws {
        try self.init(reading: try decoder.singleValueContainer().decode(Int.self))
    }

    /// Takes the form of something stored.
    ///
    /// - Throws: `InvalidConfiguration` where it is newer than this program.
    package init(reading form: Int) throws(SyncError) {
        guard form <= Self.current.rawValue else {
            throw SyncError(
                .invalidConfiguration,
                "what is stored was written by a newer Obsync than this one; update this program"
            )
        }
        self.init(rawValue: form)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
