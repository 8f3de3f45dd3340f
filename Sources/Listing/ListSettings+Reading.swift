package import SyncCore

extension ListSettings {
    /// Takes what is set.
    ///
    /// - Throws: `InvalidConfiguration` naming the variable.
    package mutating func take(_ reader: SettingReader) throws(SyncError) {
        batchSize = try reader.integer(.batchSize) ?? batchSize
        maxConcurrent = try reader.integer(.maxConcurrent)
        concurrencyLimit = maxConcurrent ?? concurrencyLimit
        brake.fewest = try reader.integer(.brakeFiles) ?? brake.fewest
        brake.most = try reader.integer(.brakeMost) ?? brake.most
        if let percent = try reader.integer(.brakePercent) { brake.share = Double(percent) / 100 }
        filter = PathFilter(
            exclude: PathFilter.patterns(try reader.text(.exclude) ?? ""),
            include: PathFilter.patterns(try reader.text(.include) ?? "")
        )
        takesShared = try reader.flag(.shared) ?? false
        deletions = try reader.text(.deletions).flatMap { DeletionPolicy(rawValue: $0) }
    }
}
