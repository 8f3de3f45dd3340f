/// An element of the small documents that the store reads and writes: a name, and text or further elements.
struct XMLNode: Equatable, Sendable {
    let name: String
    var text = ""
    var children: [XMLNode] = []

    init(_ name: String, _ text: String = "") {
        self.name = name
        self.text = text
    }

    init(_ name: String, _ children: [XMLNode]) {
        self.name = name
        self.children = children
    }

    /// The text of the first child of that name.
    subscript(_ name: String) -> String? { children.first { $0.name == name }?.text }

    /// The children of that name.
    func all(_ name: String) -> [XMLNode] { children.filter { $0.name == name } }

    /// It as the root of a document.
    var document: String {
        var output = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        write(to: &output, attributes: name == "Error" ? "" : " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"")
        return output
    }

    private func write(to output: inout String, attributes: String = "") {
        output += "<\(name)\(attributes)>"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case _ where scalar.value < 0x20: output += "&#x\(String(scalar.value, radix: 16));"
            default: output.unicodeScalars.append(scalar)
            }
        }
        for child in children { child.write(to: &output) }
        output += "</\(name)>"
    }
}
