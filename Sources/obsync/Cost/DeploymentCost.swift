import AWSAdapters
import AWSClient
import Clocks
import Foundation
import Pipeline
import StateMachine
import SyncCore

/// What a deployment costs, in US dollars, at the list prices of us-east-1 of November 2026; free tiers are left out.
struct DeploymentCost {
    /// One line of the bill.
    struct Item: Encodable {
        var name: String
        var detail: String
        var dollars: Double
    }

    /// Bytes and objects of one class of storage.
    struct Stored: Equatable {
        var objects = 0
        var bytes: Int64 = 0
    }

    /// What lies in the bucket, by class of storage.
    struct Census: Equatable {
        var current: [String: Stored] = [:]
        var old: [String: Stored] = [:]
        var markers = 0
        var pages = 0

        mutating func take(_ version: S3.ObjectVersion) {
            if version.isDeleteMarker { return markers += 1 }
            let kind = version.storageClass ?? "STANDARD"
            if version.isLatest {
                current[kind, default: Stored()].add(version.size)
            } else {
                old[kind, default: Stored()].add(version.size)
            }
        }
    }

    /// What the newest runs took, on average.
    struct Runs: Equatable {
        /// In the last 30 days.
        var count = 0
        var transitions = 0.0
        var gigabyteSeconds = 0.0
        var files = 0.0
    }

    var census = Census()
    var runs = Runs()
    var tableBytes: Int64 = 0
    /// Alarms are billed by the metrics that they go by.
    var alarmMetrics = 0
    var hasDashboard = false
    /// Whether runs come at least once an hour: then every metric counts for the whole month.
    var isHourly = false

    /// Dollars a GB and month.
    static let storage = [
        "STANDARD": 0.023, "INTELLIGENT_TIERING": 0.023, "GLACIER_IR": 0.004, "STANDARD_IA": 0.0125, "ONEZONE_IA": 0.01,
        "GLACIER": 0.0036, "DEEP_ARCHIVE": 0.00099,
    ]
    /// Dollars a GB that is read back.
    static let retrieval = ["GLACIER_IR": 0.03, "STANDARD_IA": 0.01, "ONEZONE_IA": 0.01]
    private static let gigabyte = Double(1 << 30)
    /// Metrics that a run publishes in which nothing has to be done.
    static let idleMetrics = 4

    /// What a month costs as things stand.
    var month: [Item] {
        let writes = runs.files * Double(runs.count)
        let gigabytes = Double(tableBytes) / Self.gigabyte
        // A metric costs by the hours in which it is published.
        let hours = isHourly ? 720 : min(720, Double(runs.count))
        return [
            Item(name: "files", detail: Self.detail(census.current), dollars: Self.price(census.current)),
            Item(name: "old versions", detail: Self.detail(census.old), dollars: Self.price(census.old)),
            Item(
                name: "records",
                detail: "a table of \(tableBytes.asSize) with its copies",
                dollars: gigabytes * (0.25 + 0.2)
            ),
            Item(
                name: "runs",
                detail:
                    "\(runs.count.counted("run")) in 30 days, of \(Int(runs.transitions.rounded()).counted("transition")) and "
                    + "\(Int(runs.gigabyteSeconds.rounded()).counted("GB-second"))",
                dollars: Double(runs.count) * (runs.transitions * 0.025 / 1000 + runs.gigabyteSeconds * 0.000_016_7)
            ),
            Item(
                name: "requests",
                detail: "\(Int(writes.rounded()).counted("file")) stored in 30 days, with two writes of the table each",
                dollars: writes * (0.005 / 1000 + 2 * 0.625 / 1_000_000)
            ),
            Item(name: "secret", detail: "one", dollars: 0.4),
            Item(name: "alarms", detail: "by \(alarmMetrics.counted("metric"))", dollars: Double(alarmMetrics) * 0.1),
            Item(
                name: "metrics",
                detail:
                    "\(Self.idleMetrics) of each run in \(Int(hours)) of 720 hours; runs with work publish up to \(MetricName.allCases.count)",
                dollars: Double(Self.idleMetrics) * 0.3 * hours / 720
            ),
            Item(name: "dashboard", detail: hasDashboard ? "one" : "none", dollars: hasDashboard ? 3 : 0),
        ]
    }

    /// What reading everything once costs: a full verify does, and a full restore.
    func readingAll(outside: Bool) -> Double {
        census.current.reduce(0) { sum, entry in
            let gigabytes = Double(entry.value.bytes) / Self.gigabyte
            let reading = Double(entry.value.objects) * 0.0004 / 1000 + gigabytes * (Self.retrieval[entry.key] ?? 0)
            return sum + reading + (outside ? gigabytes * 0.09 : 0)
        }
    }

    private static func price(_ stored: [String: Stored]) -> Double {
        stored.reduce(0) { $0 + Double($1.value.bytes) / gigabyte * (storage[$1.key] ?? 0.023) }
    }

    private static func detail(_ stored: [String: Stored]) -> String {
        guard !stored.isEmpty else { return "none" }
        return stored.sorted { $0.key < $1.key }
            .map { "\($0.value.objects.grouped) in \($0.key), \($0.value.bytes.asSize)" }.joined(separator: "; ")
    }
}

extension DeploymentCost.Stored {
    fileprivate mutating func add(_ size: Int64) {
        objects += 1
        bytes += size
    }
}

extension DeploymentCost {
    /// Looks at what a deployment has.
    ///
    /// - Throws: `InvalidConfiguration` for what the keys may not read, `StoreUnavailable`, `Throttled`.
    init(_ deployment: AWSDeployment) async throws {
        do {
            let s3 = S3(client: deployment.client)
            for try await page in s3.listObjectVersionsPaginator(.init(bucket: deployment.bucket)) {
                census.pages += 1
                for version in page.versions { census.take(version) }
            }
            let table = try await DynamoDB(client: deployment.client).describeTable(.init(tableName: deployment.table))
            tableBytes = table.table.tableSizeBytes ?? 0
            let resources = try await CloudFormation(client: deployment.client).describeStackResources(deployment.stack)
            // The alarm of functions that are cut off goes by the durations of all three.
            alarmMetrics = resources.reduce(0) {
                $0 + ($1.resourceType != "AWS::CloudWatch::Alarm" ? 0 : $1.logicalResourceId == "OverrunsAlarm" ? 3 : 1)
            }
            hasDashboard = resources.contains { $0.resourceType == "AWS::CloudWatch::Dashboard" }
        } catch {
            throw SyncError.mapped(error)
        }
        let schedule = deployment.parameters["ScheduleExpression"] ?? ""
        isHourly =
            deployment.parameters["ScheduleState"] == "ENABLED" && schedule.contains(/rate\((1 hour|[0-9]+ minutes?)\)/)
        runs = try await Self.runs(of: deployment.executions)
    }

    private static func runs(of executions: DeployedExecutions) async throws -> Runs {
        let now = SystemInterpreterClock().now()
        let recent = try await executions.newest(1000).filter {
            $0.status != .running && now.duration(since: $0.started) < .seconds(30 * 86_400)
        }
        var runs = Runs(count: recent.count)
        let looked = recent.prefix(5)
        guard !looked.isEmpty else { return runs }
        for record in looked {
            let history = try await RunHistory.read([record], in: executions)
            let memory = ["Authenticate": 0.25, "List": 0.5, "DownloadBatch": 1.0]
            for (state, totals) in history.states {
                runs.transitions += Double(totals.entered)
                runs.gigabyteSeconds += (memory[state] ?? 0) * (totals.time / .seconds(1))
            }
            runs.files += Double(history.batches.reduce(0) { $0 + $1.files })
        }
        let count = Double(looked.count)
        (runs.transitions, runs.gigabyteSeconds, runs.files) = (
            runs.transitions / count, runs.gigabyteSeconds / count, runs.files / count
        )
        return runs
    }
}
