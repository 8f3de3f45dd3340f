import Downloading
import SyncCore

extension FunctionEnvironment {
    /// A 16th of the memory may be taken by bodies on their way: each is there about three times, as it comes, as it is
    /// held and as it goes, and a process without any work takes some 50 MiB.
    private static let bodiesShare = 16
    /// A 64th may be taken by the parts of one stream, which are there in the same way.
    private static let buffersShare = 64

    /// How files are fetched and stored.
    static func downloading(_ reader: SettingReader) throws(SyncError) -> DownloadSettings {
        let limits = [try reader.integer(.functionMemory), try reader.integer(.memoryLimit)].compactMap(\.self)
        let memory = limits.min().map { $0 << 20 }
        var settings = DownloadSettings()
        settings.fetchesInFlight = try reader.integer(.downloadConcurrency) ?? settings.fetchesInFlight
        settings.storesInFlight = settings.fetchesInFlight
        let defaults = UploadSettings()
        settings.upload = UploadSettings(
            multipartThreshold: try reader.integer(.multipartThreshold) ?? defaults.multipartThreshold,
            partSize: try reader.integer(.chunkSize) ?? defaults.partSize,
            partsInFlight: try reader.integer(.uploadConcurrency) ?? defaults.partsInFlight
        )
        if let memory {
            settings.bytesInFlight = memory / bodiesShare
            // What memory cannot hold as a whole goes in parts.
            settings.upload.multipartThreshold = min(settings.upload.multipartThreshold, settings.bytesInFlight)
            settings.upload.bufferLimit = max(settings.upload.bufferLimit, memory / buffersShare)
            settings.sampleResources = ProcessResources(memory: memory).sample
        }
        return settings
    }
}
