/// One of the functions of the pipeline.
package enum PipelineFunction: String, CaseIterable, Sendable {
    case authenticator, lister, downloader

    /// The name of its executable, such as `Lister`.
    package var executable: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// The placeholder of its name in the state machine's definition, such as `ListerFunction`.
    package var placeholder: String { executable + "Function" }

    /// How long an invocation may take.
    package var timeout: Duration {
        switch self {
        case .authenticator: .seconds(30)
        case .lister: .seconds(300)
        case .downloader: .seconds(900)
        }
    }

    /// The memory of an invocation in MB.
    package var memory: Int {
        switch self {
        case .authenticator: 256
        case .lister: 512
        case .downloader: 1024
        }
    }

    /// How many invocations run at once.
    package var concurrency: Int { self == .downloader ? 5 : 1 }
}
