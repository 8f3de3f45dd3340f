/// Something that whoever runs Obsync may decide: on the command line, in the environment, in the template of a deployment.
///
/// An option goes before the variable, and that before the default.
package struct Setting: Hashable, Sendable {
    /// What its value has to be.
    package enum Form: Hashable, Sendable {
        /// Anything.
        case text
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// A number, also with a fraction.
        case number(ClosedRange<Double>)
        /// One of these.
        case choice([String])
        /// `true` or `false`.
        case flag
    }

    /// Who goes by it.
    package enum Reader: String, CaseIterable, Sendable {
        case authenticator, lister, downloader
        /// `obsync` on a machine.
        case commandLine = "obsync"
    }

    /// The name of the environment variable.
    package var variable: String
    /// The option of `obsync sync`, such as `--deletions`.
    package var option: String?
    /// The parameter of `infra/template.yaml`.
    package var parameter: String?
    /// What its value has to be.
    package var form: Form
    /// What holds where nobody says anything, in words; empty where nothing does.
    package var usual: String
    /// Who goes by it.
    package var readers: Set<Reader>
    /// What it decides: one sentence without a full stop.
    package var sentence: String
    /// Whether nobody is shown its value.
    package var isHidden = false

    /// Makes a setting.
    ///
    /// - Parameters:
    ///   - variable: the name of the environment variable.
    ///   - option: the option of `obsync sync`.
    ///   - parameter: the parameter of the template.
    ///   - form: what its value has to be.
    ///   - usual: what holds where nobody says anything, in words.
    ///   - readers: who goes by it.
    ///   - sentence: what it decides.
    package init(
        _ variable: String,
        option: String? = nil,
        parameter: String? = nil,
        form: Form = .text,
        usual: String = "",
        for readers: Set<Reader>,
        _ sentence: String
    ) {
        (self.variable, self.option, self.parameter) = (variable, option, parameter)
        (self.form, self.usual, self.readers, self.sentence) = (form, usual, readers, sentence)
    }
}

extension Setting {
    /// The same, with a value that nobody is shown.
    var hidden: Setting {
        var setting = self
        setting.isHidden = true
        return setting
    }

    /// What values there are, in words; nil where any text is one.
    package var bounds: String? {
        switch form {
        case .text: nil
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "\(Int(range.lowerBound)) to \(Int(range.upperBound))"
        case .choice(let values): values.joined(separator: ", ")
        case .flag: "true, false"
        }
    }

    /// Why a value is wrong; nil where it is right.
    package func objection(to value: String) -> String? {
        switch form {
        case .text: return nil
        case .integer(let range):
            guard let number = Int(value), range.contains(number) else {
                return "has to be a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
        case .number(let range):
            guard let number = Double(value), range.contains(number) else {
                return "has to be a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
            }
        case .choice(let values):
            guard values.contains(value) else {
                let last = values.last.map { " or \($0)" } ?? ""
                return "has to be \(values.dropLast().joined(separator: ", "))\(last)"
            }
        case .flag:
            guard Bool(value.lowercased()) != nil else { return "has to be true or false" }
        }
        return nil
    }
}
