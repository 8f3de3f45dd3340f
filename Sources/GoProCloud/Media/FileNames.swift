import SyncCore

/// Gives the files of one medium names of their own.
///
/// The service's names are hostile input, and repeat: chapters and frames often bear the name of the whole. The names depend
/// on what there is, and not on its order in the manifest, unless nothing else tells two files apart.
struct FileNames {
    private let medium: Medium
    private let fallback: String
    private var taken: Set<String> = []

    init(_ medium: Medium, manifestName: String?) {
        self.medium = medium
        fallback =
            [manifestName, medium.name].lazy.compactMap { $0 }.map(Self.harmless).first { !$0.isEmpty }
            ?? medium.id.rawValue
    }

    /// The order in which names are given out: the first of an equal name keeps it.
    static func precedes(_ lhs: MediaFile, _ rhs: MediaFile) -> Bool {
        func rank(_ file: MediaFile) -> Int {
            switch (file.section, file.label) {
            case (.variations, "source"): 0
            case (.variations, "baked_source"): 1
            case (.files, _): 2
            case (.variations, _): 3
            case (.sidecars, _): 4
            }
        }
        return (rank(lhs), lhs.item ?? 0, lhs.label ?? "", lhs.mark ?? "", lhs.ordinal)
            < (rank(rhs), rhs.item ?? 0, rhs.label ?? "", rhs.mark ?? "", rhs.ordinal)
    }

    /// The name of the medium's file where nothing is known of what is offered.
    var standIn: String { fallback }

    /// The next file's name: what its address says, else what the medium is called; with the item's number or the label
    /// where that is taken.
    mutating func name(_ file: MediaFile, _ offer: DownloadManifest.Offer) -> String {
        let (stem, suffix) = parts(file, offer)
        let label = file.label.map(Self.harmless) ?? ""
        let marks = [file.item.map { "-\($0)" }, label.isEmpty ? nil : "-\(label)"].compactMap { $0 }
        var number = 1
        var tries = [""] + marks + [marks.joined()]
        while true {
            if let free = tries.map({ Self.joined(stem + $0, suffix) }).first(where: { !isTaken($0) }) {
                taken.insert(free.lowercased())
                return free
            }
            number += 1
            tries = ["-\(file.section.rawValue)-\(number)"]
        }
    }

    private func isTaken(_ name: String) -> Bool { taken.contains(name.lowercased()) }

    /// Stem and extension. The type of an entry knows better where the name says nothing, and of raw pictures and edits.
    private func parts(_ file: MediaFile, _ offer: DownloadManifest.Offer) -> (stem: String, suffix: String) {
        let stated = offer.url.flatMap(SignedAddress.fileName).map(Self.harmless) ?? ""
        let (stem, suffix) = Self.split(stated.isEmpty ? fallback : stated)
        let type = offer.type.map(Self.harmless) ?? ""
        if file.section == .sidecars {
            return (
                [stem, suffix, file.label.map(Self.harmless) ?? ""].filter { !$0.isEmpty }.joined(separator: "-"), type
            )
        }
        let isBetter =
            suffix.isEmpty || suffix.lowercased() == "json" || (type == "gpr" && suffix.lowercased() != "gpr")
        guard isBetter, (1...8).contains(type.utf8.count) else { return (stem, suffix) }
        return (stem, suffix == suffix.lowercased() ? type : type.uppercased())
    }

    private static func joined(_ stem: String, _ suffix: String) -> String {
        suffix.isEmpty ? stem : "\(stem).\(suffix)"
    }

    private static func split(_ name: String) -> (stem: String, suffix: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        let suffix = name[name.index(after: dot)...]
        let isExtension = (1...8).contains(suffix.utf8.count) && suffix.allSatisfy { $0.isLetter || $0.isNumber }
        return isExtension ? (String(name[..<dot]), String(suffix)) : (name, "")
    }

    /// A name as one path segment; empty when nothing is left of it.
    private static func harmless(_ name: String) -> String {
        KeyMapping.plainSegment(name)
    }
}
