/// A key of an object, told apart by its Unicode scalars.
struct JSONKey: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: JSONKey, right: JSONKey) -> Bool { left.text.isIdentical(to: right.text) }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// The members of a JSON object, in the order in which they were first set.
///
/// The order is kept for printing and says nothing else: two objects with the same members are equal.
package struct JSONObject: Sendable {
    private var members: [(key: String, value: JSONValue)] = []
    private var positions: [JSONKey: Int] = [:]

    /// Makes an object without members.
    package init() {}

    /// The names of the members, in order.
    package var keys: [String] { members.map(\.key) }

    /// The number of members.
    package var count: Int { members.count }

    /// The value of the member of that name; setting `nil` removes it.
    package subscript(key: String) -> JSONValue? {
        get { positions[JSONKey(key)].map { members[$0].value } }
        set {
            let position = positions[JSONKey(key)]
            switch (position, newValue) {
            case (let position?, let value?): members[position].value = value
            case (nil, let value?):
                positions[JSONKey(key)] = members.count
                members.append((key, value))
            case (let position?, nil):
                members.remove(at: position)
                positions = [:]
                for (index, member) in members.enumerated() { positions[JSONKey(member.key)] = index }
            case (nil, nil): break
            }
        }
    }

    /// This object with the other's members set over its own.
    package func merging(_ other: JSONObject) -> JSONObject {
        var result = self
        for (key, value) in other { result[key] = value }
        return result
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> IndexingIterator<[(key: String, value: JSONValue)]> { members.makeIterator() }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        // Equal objects may differ in order, so the members' hashes are combined without one.
        var sum = 0
        for (key, value) in members {
            var hasher = Hasher()
            hasher.combine(JSONKey(key))
            hasher.combine(value)
            sum ^= hasher.finalize()
        }
        hasher.combine(sum)
    }
}
