import SyncCore

/// What looking at the files of a bucket costs.
///
/// The prices are those that AWS lists for S3 in most of its regions: 0.09 $ for each GB that leaves AWS, and 0.0004 $ for a
/// thousand requests that read. Within a region the bytes cost nothing, and other stores have their own prices.
struct ReadingCost: Hashable, Sendable {
    /// How many bytes one request reads.
    static let blockSize = 4 << 20

    private static let dollarsPerByte = 0.09 / 1e9
    private static let dollarsPerRequest = 0.0004 / 1000

    /// Files to look at.
    private(set) var files = 0
    /// Their bytes.
    private(set) var bytes: Int64 = 0
    private var blocks = 0

    /// Adds a file.
    ///
    /// - Parameter size: its size in bytes.
    mutating func add(_ size: Int64) {
        files += 1
        bytes += size
        // A file that fills its last block is known to end by one more request.
        blocks += Int(size / Int64(Self.blockSize)) + 1
    }

    /// What is said before anything is asked.
    ///
    /// - Parameter reads: whether every byte is read, or the store is only asked what it knows.
    /// - Returns: one or two sentences.
    func sentence(reads: Bool) -> String {
        let reading =
            "\(bytes.asSize) with \(blocks.counted("request")), for about \(price(bytes, blocks)) at AWS's list price"
        return reads
            ? "Reading \(files.counted("file")) fetches \(reading)."
            : "The store is asked what it holds, with \(files.counted("request")), for about \(price(0, files)) at AWS's list price. "
                + "With --read every byte is read: \(reading)."
    }

    private func price(_ bytes: Int64, _ requests: Int) -> String {
        let dollars = Double(bytes) * Self.dollarsPerByte + Double(requests) * Self.dollarsPerRequest
        let cents = Int((dollars * 100).rounded(.up))
        return cents <= 1 ? "a cent" : "\(cents / 100).\(String(cents % 100 + 100).dropFirst()) $"
    }
}
