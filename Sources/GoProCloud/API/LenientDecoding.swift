/// The service's field types drift: numbers come as text and flags as words. What cannot be read is unknown, never an error.
extension KeyedDecodingContainer {
    /// Text, also where the service writes a number or a flag.
    func lenientText(_ key: Key) -> String? {
        if let text = try? decode(String.self, forKey: key) { return text.isEmpty ? nil : text }
        if let number = try? decode(Int64.self, forKey: key) { return String(number) }
        if let flag = try? decode(Bool.self, forKey: key) { return flag ? "true" : "false" }
        return nil
    }

    /// A whole number, also where the service writes it as text.
    func lenientInteger(_ key: Key) -> Int64? {
        if let number = try? decode(Int64.self, forKey: key) { return number }
        return (try? decode(String.self, forKey: key)).flatMap { Int64($0) }
    }

    /// A list; where it is missing, or something else stands there, an empty one.
    func lenientList<Element: Decodable>(_ key: Key) -> [Element] {
        (try? decode([Element].self, forKey: key)) ?? []
    }
}
