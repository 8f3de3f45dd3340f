// The whole of Foundation, for this one function: the normalisation form KC is in no smaller module.
import Foundation

/// Brings text into the form in which passwords and salts enter the key derivation.
enum UnicodeNormalisation {
    /// The UTF-8 bytes of the compatibility composition (NFKC) of `text`.
    static func compatibilityComposed(_ text: String) -> [UInt8] {
        Array(text.precomposedStringWithCompatibilityMapping.utf8)
    }
}
