/// How bodies are cut into parts.
package struct UploadSettings: Sendable {
    /// Bodies of up to so many bytes are stored with one request.
    package var multipartThreshold: Int
    /// The size of a part in bytes; larger for objects that would have more than 10,000.
    package var partSize: Int
    /// How many parts are on their way at once, at most.
    package var partsInFlight: Int
    /// How many bytes the parts of one stream may hold in memory, where they have to be held at all.
    package var bufferLimit: Int

    /// S3's limit.
    package static let mostParts = 10_000
    /// S3's smallest part, but for the last one.
    package static let smallestPart = 5 << 20
    /// S3's largest part.
    package static let largestPart = 5 << 30
    /// S3's largest object in bytes: as many of the largest parts as it takes, 48.8 TiB.
    package static let largestObject = Int64(largestPart) * Int64(mostParts)

    /// Makes settings; sizes that S3 does not take are set to the nearest that it does.
    package init(
        multipartThreshold: Int = 8 << 20,
        partSize: Int = 8 << 20,
        partsInFlight: Int = 4,
        bufferLimit: Int = 2 * smallestPart
    ) {
        self.multipartThreshold = max(multipartThreshold, Self.smallestPart)
        self.partSize = min(max(partSize, Self.smallestPart), Self.largestPart)
        self.partsInFlight = max(partsInFlight, 1)
        self.bufferLimit = bufferLimit
    }

    /// Checks the size of an object, where it is known.
    ///
    /// - Throws: `TooLarge`.
    package static func check(_ size: Int64?) throws(SyncError) {
        guard let size, size > largestObject else { return }
        throw SyncError(.tooLarge, "a file has \(size) bytes; an object of S3 may have \(largestObject) (48.8 TiB)")
    }

    /// The part size for an object of `size` bytes.
    package func partSize(for size: Int64?) -> Int {
        max(partSize, Self.leastPartSize(for: size))
    }

    /// How a stream is cut whose parts are held in memory until they are stored.
    ///
    /// - Parameter size: the size that is expected, if one is.
    /// - Returns: the size of a part, and how many are on their way at once while the next one is being filled.
    package func bufferedParts(for size: Int64?) -> (size: Int, inFlight: Int) {
        let share = max(bufferLimit / 2, min(Self.smallestPart, partSize))
        let size = max(min(partSize, share), Self.leastPartSize(for: size))
        return (size, min(max(bufferLimit / size - 1, 1), partsInFlight))
    }

    private static func leastPartSize(for size: Int64?) -> Int {
        guard let size else { return 0 }
        return Int((size + Int64(mostParts) - 1) / Int64(mostParts))
    }
}

/// An object cut into parts of one size, but for the last.
package struct PartPlan: Hashable, Sendable {
    /// The size of the object in bytes.
    package let size: Int64
    /// The size of a part in bytes.
    package let partSize: Int

    /// Plans the parts of an object.
    package init(size: Int64, partSize: Int) {
        self.size = size
        self.partSize = partSize
    }

    /// How many parts there are.
    package var count: Int { Int((size + Int64(partSize) - 1) / Int64(partSize)) }

    /// The bytes of a part, numbered from 1.
    package func range(of number: Int) -> Range<Int64> {
        let start = Int64(number - 1) * Int64(partSize)
        return start..<min(start + Int64(partSize), size)
    }
}
