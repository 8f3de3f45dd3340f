/// What happens to files of the mirror that are gone at the source.
package enum DeletionPolicy: String, Sendable {
    /// They are deleted from the mirror as well.
    case mirror
    /// They stay in the mirror.
    case keep
}
