import COpenSSL

/// The password-based key derivation of RFC 7914.
package enum Scrypt {
    /// How costly a derivation is.
    package struct Cost: Sendable {
        /// CPU and memory cost, a power of two.
        package var n: UInt64
        /// Block size.
        package var r: UInt64
        /// Parallelisation.
        package var p: UInt64

        /// Makes a cost.
        package init(n: UInt64, r: UInt64, p: UInt64) {
            self.n = n
            self.r = r
            self.p = p
        }
    }

    /// Derives a key. It takes 128·n·r bytes of memory and blocks its thread for as long as it takes.
    ///
    /// - Throws: ``CipherError`` when there is no memory for it.
    package static func key(
        password: [UInt8],
        salt: [UInt8],
        cost: Cost,
        size: Int
    ) throws(CipherError) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: size)
        // The library wants a little more than the algorithm itself.
        let memory = 128 * cost.n * cost.r * 2
        let status = password.map(CChar.init(bitPattern:)).withUnsafeBufferPointer { passwordBytes in
            EVP_PBE_scrypt(
                passwordBytes.baseAddress,
                password.count,
                salt,
                salt.count,
                cost.n,
                cost.r,
                cost.p,
                memory,
                &key,
                size
            )
        }
        guard status == 1 else { throw CipherError(.libraryFailed) }
        return key
    }
}
