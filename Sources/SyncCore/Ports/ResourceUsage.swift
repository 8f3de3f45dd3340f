/// How much a process uses of what it may, each as a share of the whole.
package struct ResourceUsage: Hashable, Sendable {
    /// Resident memory.
    package var memory: Double
    /// The folder for temporary files.
    package var temporaryFiles: Double

    /// Makes a sample.
    package init(memory: Double, temporaryFiles: Double = 0) {
        self.memory = memory
        self.temporaryFiles = temporaryFiles
    }
}

/// Takes a sample; nil where nothing can be known.
package typealias ResourceSampler = @Sendable () -> ResourceUsage?
