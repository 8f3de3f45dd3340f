import AWSClient
import Synchronization

/// What is known of a store, for as long as the process lives; shared by everybody who uses the store.
///
/// What a store refuses is learnt once: the request is tried without it, and when that succeeds nobody asks for it again.
package final class StoreKnowledge: Sendable {
    private struct State {
        var abilities: StoreAbilities
        /// Refusals whose cause was searched for in vain.
        var unexplained: Set<String> = []
    }

    private let state: Mutex<State>
    private let note: @Sendable (_ now: StoreAbilities, _ sentence: String) -> Void

    /// Makes it from what is known already.
    ///
    /// - Parameters:
    ///   - abilities: what an earlier process has found.
    ///   - note: is told of each thing that is learnt: what is to be kept, and a sentence for people.
    package init(
        _ abilities: StoreAbilities = StoreAbilities(),
        note: @escaping @Sendable (_ now: StoreAbilities, _ sentence: String) -> Void = { _, _ in }
    ) {
        state = Mutex(State(abilities: abilities))
        self.note = note
    }

    /// What the store takes, as far as it is known.
    package var abilities: StoreAbilities { state.withLock { $0.abilities } }

    /// Takes over what is learnt by a request that was made with `less` instead of `before`.
    func learn(_ less: StoreAbilities, insteadOf before: StoreAbilities) {
        let (now, lost) = state.withLock { state in
            let old = state.abilities
            // Others may have learnt something else meanwhile.
            if less.checksum != before.checksum, Self.isLater(less.checksum, than: old.checksum) {
                state.abilities.checksum = less.checksum
            }
            if !less.tags { state.abilities.tags = false }
            if !less.trailers { state.abilities.trailers = false }
            if !less.expectedOwner { state.abilities.expectedOwner = false }
            if !less.conditions { state.abilities.conditions = false }
            if !less.deletesMany { state.abilities.deletesMany = false }
            return (state.abilities, state.abilities.lost(since: old))
        }
        for what in lost { note(now, "the store does not take " + what) }
    }

    private static func isLater(_ one: StoreAbilities.Checksum, than other: StoreAbilities.Checksum) -> Bool {
        let all = StoreAbilities.Checksum.allCases
        return (all.firstIndex(of: one) ?? 0) > (all.firstIndex(of: other) ?? 0)
    }

    /// Makes a request as the store takes it.
    ///
    /// - Parameters:
    ///   - used: what the request makes use of. It has to be one that may be sent again.
    ///   - send: makes the request with these abilities.
    /// - Returns: the answer, and what it was made with.
    /// - Throws: the first refusal, when no change of the request helps.
    func asking<Output>(
        _ used: Set<StoreAbilities.Ability>,
        _ send: (StoreAbilities) async throws -> Output
    ) async throws -> (Output, StoreAbilities) {
        let known = abilities
        do {
            return (try await send(known), known)
        } catch let error as AWSError where error.mayBeAboutAbilities {
            let name = error.operation + " " + error.code.rawValue
            guard state.withLock({ !$0.unexplained.contains(name) }) else { throw error }
            let isUnknown = error.refusal == .unsupported
            for less in known.trials(of: used, message: error.message, isUnknown: isUnknown) {
                do {
                    let output = try await send(less)
                    learn(less, insteadOf: known)
                    return (output, less)
                } catch let again as AWSError where again.mayBeAboutAbilities {
                    continue
                }
            }
            state.withLock { _ = $0.unexplained.insert(name) }
            throw error
        }
    }
}

extension AWSError {
    /// Whether the store may have refused something that not every store knows.
    var mayBeAboutAbilities: Bool {
        switch refusal {
        case .unsupported, .request: true
        default: code.rawValue == "XAmzContentSHA256Mismatch" || code.rawValue == "MalformedTrailerError"
        }
    }
}
