/// A region, such as `eu-central-1`.
package struct Region: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Takes a name from outside; nil for what cannot be one. It becomes part of host names, so nothing else may come in
    /// through it.
    package init?(name: String) {
        guard (1...63).contains(name.utf8.count), name.utf8.allSatisfy(Endpoint.isHostByte), !name.contains(".") else {
            return nil
        }
        rawValue = name
    }

    package var description: String { rawValue }

    /// The group of regions that share one set of accounts.
    package enum Partition: String, Sendable {
        /// The commercial regions.
        case aws
        /// The regions in mainland China.
        case china = "aws-cn"
        /// The regions for the government of the United States.
        case govCloud = "aws-us-gov"

        /// The end of every host name in it.
        package var dnsSuffix: String {
            self == .china ? "amazonaws.com.cn" : "amazonaws.com"
        }
    }

    /// The partition this region belongs to.
    package var partition: Partition {
        if rawValue.hasPrefix("cn-") { return .china }
        if rawValue.hasPrefix("us-gov-") { return .govCloud }
        return .aws
    }

    /// The region that the environment names: `AWS_REGION`, else `AWS_DEFAULT_REGION`, else the profile's.
    ///
    /// - Throws: ``AWSError`` with ``AWSErrorCode/invalidConfiguration`` when there is none, or none that could be one.
    package static func fromEnvironment(_ environment: [String: String], profile: Profile? = nil) throws -> Region {
        let candidates = [environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"], profile?.region]
        guard let name = candidates.compactMap(\.self).first(where: { !$0.isEmpty }) else {
            throw AWSError(.invalidConfiguration, message: "no region: set AWS_REGION, or region in the AWS profile")
        }
        guard let region = Region(name: name) else {
            throw AWSError(
                .invalidConfiguration,
                message: "AWS_REGION, or the region of the AWS profile, is not the name of a region"
            )
        }
        return region
    }
}
