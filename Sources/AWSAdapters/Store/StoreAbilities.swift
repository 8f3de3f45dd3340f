/// What a store takes of what S3 takes. Its JSON form may be kept, and handed to the next process.
package struct StoreAbilities: Codable, Hashable, Sendable {
    /// What vouches for the bytes of a request, in the order in which it is tried.
    package enum Checksum: String, Codable, Sendable, CaseIterable {
        /// Combines over parts, so that a store checks a whole object.
        case crc64nvme
        /// Checked for each request.
        case crc32c
        /// Checked for each request.
        case sha256
        /// `Content-MD5`: older than all the others, and known to every store.
        case md5
    }

    /// The best checksum that the store takes.
    package var checksum = Checksum.crc64nvme
    /// Whether objects have tags.
    package var tags = true
    /// Whether a checksum may follow a body that streams.
    package var trailers = true
    /// Whether a request may name the account that the bucket has to belong to.
    package var expectedOwner = true
    /// Whether a write may be bound to the object not being there.
    package var conditions = true
    /// Whether one request deletes many objects.
    package var deletesMany = true

    /// Those of S3 itself.
    package init() {}

    /// Reads what an earlier process has kept; what it does not say is as in S3.
    ///
    /// - Throws: what the decoder throws.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        // A checksum that is not known comes from a later release; the store is asked again.
        let text = try fields.decodeIfPresent(String.self, forKey: .checksum)
        checksum = text.flatMap(Checksum.init(rawValue:)) ?? .crc64nvme
        tags = try fields.decodeIfPresent(Bool.self, forKey: .tags) ?? true
        trailers = try fields.decodeIfPresent(Bool.self, forKey: .trailers) ?? true
        expectedOwner = try fields.decodeIfPresent(Bool.self, forKey: .expectedOwner) ?? true
        conditions = try fields.decodeIfPresent(Bool.self, forKey: .conditions) ?? true
        deletesMany = try fields.decodeIfPresent(Bool.self, forKey: .deletesMany) ?? true
    }

    private enum CodingKeys: String, CodingKey {
        case checksum, tags, trailers, conditions
        case expectedOwner = "expected_owner"
        case deletesMany = "deletes_many"
    }
}

extension StoreAbilities {
    /// Something that a request may make use of.
    enum Ability: CaseIterable, Sendable {
        case tags, checksum, trailers, expectedOwner, conditions, deletesMany

        /// What a refusal that is about it says.
        fileprivate var words: [String] {
            switch self {
            case .tags: ["tagging"]
            case .checksum: ["checksum", "crc64", "crc32c", "x-amz-sdk-", "digest", "content-md5"]
            case .trailers: ["trailer", "aws-chunked", "streaming-"]
            case .expectedOwner: ["expected-bucket-owner"]
            case .conditions: ["if-none-match", "if-match", "condition"]
            case .deletesMany: ["deleteobjects", "multi-object"]
            }
        }
    }

    /// The next checksum in the order; nil after the last.
    var nextChecksum: Checksum? {
        let all = Checksum.allCases
        let index = all.firstIndex(of: checksum).map { $0 + 1 } ?? all.endIndex
        return index < all.endIndex ? all[index] : nil
    }

    /// Whether it may still be used.
    func has(_ ability: Ability) -> Bool {
        switch ability {
        case .tags: tags
        case .checksum: nextChecksum != nil
        case .trailers: trailers
        case .expectedOwner: expectedOwner
        case .conditions: conditions
        case .deletesMany: deletesMany
        }
    }

    /// The same without one ability; of checksums, with the next one.
    func without(_ ability: Ability) -> StoreAbilities {
        var less = self
        switch ability {
        case .tags: less.tags = false
        case .checksum: less.checksum = nextChecksum ?? checksum
        case .trailers: less.trailers = false
        case .expectedOwner: less.expectedOwner = false
        case .conditions: less.conditions = false
        case .deletesMany: less.deletesMany = false
        }
        return less
    }

    /// What is tried when a store refuses a request that makes use of several things: without one of them, without two, and
    /// so on, those first that the store may have meant.
    ///
    /// - Parameters:
    ///   - used: what the request makes use of.
    ///   - message: what the store says.
    ///   - isUnknown: whether the store says that it does not know something, rather than that something is wrong.
    /// - Returns: what to try, in this order.
    func trials(of used: Set<Ability>, message: String, isUnknown: Bool) -> [StoreAbilities] {
        let possible = Ability.allCases.filter { used.contains($0) && has($0) }
        let text = message.lowercased()
        // Stores without tags say that they do not know them; checksums that they do not know, they mostly find wrong.
        let usual: Ability = isUnknown ? .tags : .checksum
        func rank(_ ability: Ability) -> Int {
            ability.words.contains { text.contains($0) } ? 0 : ability == usual ? 1 : 2
        }
        let order =
            possible.filter { rank($0) == 0 } + possible.filter { rank($0) == 1 }
            + possible.filter { rank($0) == 2 }
        return order.subsetsBySize.flatMap { without($0) }
    }

    /// The same without some abilities; where a checksum is among them, with each that comes after it.
    private func without(_ abilities: [Ability]) -> [StoreAbilities] {
        let less = abilities.filter { $0 != .checksum }.reduce(self) { $0.without($1) }
        guard abilities.contains(.checksum) else { return [less] }
        var steps: [StoreAbilities] = []
        var last = less
        while last.has(.checksum) {
            last = last.without(.checksum)
            steps.append(last)
        }
        return steps
    }

    /// In words, what these abilities lack of others.
    func lost(since before: StoreAbilities) -> [String] {
        var lost: [String] = []
        if checksum != before.checksum { lost.append("\(before.checksum.title); \(checksum.title) takes its place") }
        if before.tags, !tags { lost.append("tags; objects are stored without") }
        if before.trailers, !trailers {
            lost.append("checksums after a body; parts are held in memory while they are sent")
        }
        if before.expectedOwner, !expectedOwner { lost.append("x-amz-expected-bucket-owner") }
        if before.conditions, !conditions { lost.append("conditional writes") }
        if before.deletesMany, !deletesMany { lost.append("DeleteObjects; objects are deleted one by one") }
        return lost
    }
}

extension StoreAbilities.Checksum {
    /// As people write it.
    var title: String {
        switch self {
        case .crc64nvme: "CRC64NVME"
        case .crc32c: "CRC32C"
        case .sha256: "SHA-256"
        case .md5: "Content-MD5"
        }
    }
}

extension [StoreAbilities.Ability] {
    /// All of its subsets but the empty one, the smallest first and each in this order.
    fileprivate var subsetsBySize: [[Element]] {
        let masks = (1..<(1 << count)).sorted { ($0.nonzeroBitCount, $0) < ($1.nonzeroBitCount, $1) }
        return masks.map { mask in indices.filter { mask & 1 << $0 != 0 }.map { self[$0] } }
    }
}
