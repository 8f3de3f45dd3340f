/// Reads the fields of one object of an event, naming the field in every error.
package struct EventFields {
    /// No more vaults than this are named; whoever wants more leaves them all out.
    private static let mostVaults = 100
    /// Leaves room for the names of vault and file in a key of 1,024 bytes.
    private static let longestPrefix = 512
    /// The request travels with every page.
    private static let longestPatterns = 4096

    private let fields: [String: JSON]
    private let prefix: String

    /// Takes the members of an object.
    ///
    /// - Parameters:
    ///   - fields: the members.
    ///   - prefix: what stands before their names in errors, such as `options.`.
    package init(fields: [String: JSON], prefix: String = "") {
        self.fields = fields
        self.prefix = prefix
    }

    func object(_ name: String) throws(SyncError) -> [String: JSON] {
        switch fields[name] {
        case nil, .null?: return [:]
        case .object(let members)?: return members
        default: throw wrong(name, "an object")
        }
    }

    /// A text; nil where there is none.
    ///
    /// - Throws: `InvalidInput` naming the field.
    package func text(_ name: String, upTo length: Int = 1024) throws(SyncError) -> String? {
        switch fields[name] {
        case nil, .null?: return nil
        case .string(let text)? where text.utf8.count <= length: return text
        default: throw wrong(name, "text of up to \(length) bytes")
        }
    }

    func text<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        among values: Value.Type
    ) throws(SyncError) -> Value? {
        if (fields[name] ?? .null) == .null { return nil }
        guard let text = try? text(name), let value = Value(rawValue: text) else {
            throw wrong(name, "one of \(values.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// The id of a set of deletions; nil where there is no text.
    ///
    /// - Throws: `InvalidInput` naming the field.
    func heldDeletions(_ name: String) throws(SyncError) -> String? {
        guard case .string(let text)? = fields[name] else { return nil }
        guard HeldDeletions.isID(text) else {
            throw wrong(name, "true, false, or the id of deletions that were held back, such as 3f9c01a2b7de")
        }
        return text
    }

    /// A truth value; nil where there is none.
    ///
    /// - Throws: `InvalidInput` naming the field.
    package func bool(_ name: String) throws(SyncError) -> Bool? {
        switch fields[name] {
        case nil, .null?: return nil
        case .bool(let value)?: return value
        default: throw wrong(name, "true or false")
        }
    }

    /// A whole number; nil where there is none.
    ///
    /// - Throws: `InvalidInput` naming the field.
    package func integer(_ name: String, in range: ClosedRange<Int>) throws(SyncError) -> Int? {
        switch fields[name] {
        case nil, .null?:
            return nil
        case .integer(let value)?:
            guard let small = Int(exactly: value), range.contains(small) else { fallthrough }
            return small
        default:
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// The vaults from `vault_id`, `vault_ids` and `vaults`, without repeats.
    func vaultIDs() throws(SyncError) -> [VaultID] {
        var found: [VaultID] = []
        if let value = fields["vault_id"], value != .null { found.append(try vaultID(value, "vault_id")) }
        for element in try array("vault_ids") { found.append(try vaultID(element, "vault_ids")) }
        for element in try array("vaults") {
            guard let id = element.members["vault_id"] else { throw wrong("vaults", "a list of {\"vault_id\": …}") }
            found.append(try vaultID(id, "vaults.vault_id"))
        }
        var seen: Set<VaultID> = []
        let distinct = found.filter { seen.insert($0).inserted }
        guard distinct.count <= Self.mostVaults else {
            throw SyncError(
                .invalidInput,
                "more than \(Self.mostVaults) vaults are named; leave the fields vault_id, vault_ids and vaults out for all"
            )
        }
        return distinct
    }

    /// A bucket's name: 3 to 63 lower-case letters, digits, `-` and `.`.
    func bucket(_ name: String) throws(SyncError) -> String? {
        guard let bucket = try text(name) else { return nil }
        let isName = bucket.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default:
                false
            }
        }
        guard isName, (3...63).contains(bucket.utf8.count) else { throw wrong(name, "the name of a bucket") }
        return bucket
    }

    /// What keys begin with: empty, or segments as an object's key has them, with or without a slash at the end.
    func prefix(_ name: String) throws(SyncError) -> String? {
        guard let text = try text(name, upTo: Self.longestPrefix) else { return nil }
        if text.isEmpty { return text }
        let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isPrintable, (try? ObjectKey(text.hasSuffix("/") ? String(text.dropLast()) : text)) != nil else {
            throw wrong(
                name,
                "a prefix such as vaults/, without empty segments, segments of dots, or control characters"
            )
        }
        return text
    }

    /// The patterns of the vaults that `vaults` gives some.
    func vaultFilters() throws(SyncError) -> [VaultID: PathFilter] {
        var filters: [VaultID: PathFilter] = [:]
        for element in try array("vaults") {
            guard let id = element.members["vault_id"] else { continue }
            let filter = try EventFields(fields: element.members, prefix: prefix + "vaults.").filter()
            if filter != PathFilter() { filters[try vaultID(id, "vaults.vault_id")] = filter }
        }
        return filters
    }

    /// The patterns in `exclude` and `include`.
    func filter() throws(SyncError) -> PathFilter {
        PathFilter(exclude: try patterns("exclude"), include: try patterns("include"))
    }

    private func patterns(_ name: String) throws(SyncError) -> [String] {
        var patterns: [String] = []
        for element in try array(name) {
            guard case .string(let text) = element, !text.contains(where: \.isNewline) else {
                throw wrong(name, "a list of patterns, one a text")
            }
            patterns.append(text)
        }
        guard patterns.reduce(0, { $0 + $1.utf8.count }) <= Self.longestPatterns else {
            throw wrong(name, "a list of patterns of \(Self.longestPatterns) bytes at most")
        }
        return patterns
    }

    private func array(_ name: String) throws(SyncError) -> [JSON] {
        switch fields[name] {
        case nil, .null?: return []
        case .array(let elements)?: return elements
        default: throw wrong(name, "a list")
        }
    }

    private func vaultID(_ value: JSON, _ name: String) throws(SyncError) -> VaultID {
        guard case .string(let text) = value, let id = VaultID(text) else {
            throw wrong(name, "a vault id: up to 128 letters, digits, - and _")
        }
        return id
    }

    private func wrong(_ name: String, _ expected: String) -> SyncError {
        SyncError(.invalidInput, "the field \(prefix)\(name) has to be \(expected)")
    }
}
