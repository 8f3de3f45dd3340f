/// Reads settings from variables, naming the variable in every error.
package struct SettingReader: Sendable {
    /// The variables.
    package let variables: [String: String]

    /// Reads from these variables.
    package init(_ variables: [String: String]) {
        self.variables = variables
    }

    /// The value of a setting; nil where it is not set, or empty.
    ///
    /// - Throws: `InvalidConfiguration` naming the variable, for a value that it cannot have.
    package func text(_ setting: Setting) throws(SyncError) -> String? {
        guard let value = variables[setting.variable], !value.isEmpty else { return nil }
        if let objection = setting.objection(to: value) {
            throw SyncError(.invalidConfiguration, "the environment variable \(setting.variable) \(objection)")
        }
        return value
    }

    /// The value of a setting that has to be there.
    ///
    /// - Throws: `InvalidConfiguration` naming the variable.
    package func required(_ setting: Setting) throws(SyncError) -> String {
        guard let value = try text(setting) else {
            throw SyncError(.invalidConfiguration, "the environment variable \(setting.variable) is not set")
        }
        return value
    }

    /// The whole number that a setting has; nil where it is not set.
    ///
    /// - Throws: `InvalidConfiguration` naming the variable.
    package func integer(_ setting: Setting) throws(SyncError) -> Int? {
        try text(setting).flatMap { Int($0) }
    }

    /// The number that a setting has; nil where it is not set.
    ///
    /// - Throws: `InvalidConfiguration` naming the variable.
    package func number(_ setting: Setting) throws(SyncError) -> Double? {
        try text(setting).flatMap { Double($0) }
    }

    /// Whether a setting is true; nil where it is not set.
    ///
    /// - Throws: `InvalidConfiguration` naming the variable.
    package func flag(_ setting: Setting) throws(SyncError) -> Bool? {
        try text(setting).flatMap { Bool($0.lowercased()) }
    }
}
