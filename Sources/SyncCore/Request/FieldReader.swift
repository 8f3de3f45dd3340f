/// Reads the fields of one object, naming the field in every error.
struct FieldReader {
    let fields: [String: JSON]
    let prefix: String

    func object(_ name: String) throws(SyncError) -> [String: JSON] {
        switch fields[name] {
        case nil, .null?: return [:]
        case .object(let members)?: return members
        default: throw wrong(name, "an object")
        }
    }

    func text(_ name: String) throws(SyncError) -> String? {
        switch fields[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        default: throw wrong(name, "text")
        }
    }

    func text(_ name: String, among allowed: [String]) throws(SyncError) -> String? {
        guard let text = try text(name) else { return nil }
        guard allowed.contains(text) else { throw wrong(name, "one of \(allowed.joined(separator: ", "))") }
        return text
    }

    func bool(_ name: String) throws(SyncError) -> Bool? {
        switch fields[name] {
        case nil, .null?: return nil
        case .bool(let value)?: return value
        default: throw wrong(name, "true or false")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(SyncError) -> Int? {
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
    func vaultIDs(required: String?) throws(SyncError) -> [VaultID] {
        var found: [VaultID] = []
        if let value = fields["vault_id"], value != .null { found.append(try vaultID(value, "vault_id")) }
        for element in try array("vault_ids") { found.append(try vaultID(element, "vault_ids")) }
        for element in try array("vaults") {
            guard let id = element.members["vault_id"] else { throw wrong("vaults", "a list of {\"vault_id\": …}") }
            found.append(try vaultID(id, "vaults.vault_id"))
        }
        if let required, found.isEmpty {
            throw SyncError(.invalidInput, "the field \(prefix)\(required) is missing or empty")
        }
        var seen: Set<VaultID> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// The patterns of the vaults that `vaults` gives some.
    func vaultFilters() throws(SyncError) -> [VaultID: PathFilter] {
        var filters: [VaultID: PathFilter] = [:]
        for element in try array("vaults") {
            guard let id = element.members["vault_id"] else { continue }
            let filter = try FieldReader(fields: element.members, prefix: prefix + "vaults.").filter()
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

    /// The request travels with every page.
    private static let longestPatterns = 4096

    private func array(_ name: String) throws(SyncError) -> [JSON] {
        switch fields[name] {
        case nil, .null?: return []
        case .array(let elements)?: return elements
        default: throw wrong(name, "a list")
        }
    }

    private func vaultID(_ value: JSON, _ name: String) throws(SyncError) -> VaultID {
        guard case .string(let text) = value, let id = VaultID(text) else {
            throw wrong(name, "a vault id: letters, digits, - and _")
        }
        return id
    }

    private func wrong(_ name: String, _ expected: String) -> SyncError {
        SyncError(.invalidInput, "the field \(prefix)\(name) has to be \(expected)")
    }
}
