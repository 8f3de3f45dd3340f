"""What moto does not make, read in the template as SAM transforms it."""

import json


def check(resources, functions, expect):
    """Calls `expect` with whether each fact holds, and what is wrong where it does not.

    `functions` has memory and time of each function by its name.
    """
    def properties(name):
        return resources[name]["Properties"]

    for name in ("Bucket", "Table"):
        expect(resources[name].get("DeletionPolicy") == resources[name].get("UpdateReplacePolicy") == "Retain", f"{name} goes with the stack")
    bucket = properties("Bucket")
    expect(bucket["VersioningConfiguration"]["Status"] == "Enabled", "the bucket keeps no versions")
    rules = bucket["LifecycleConfiguration"]["Rules"]
    expect(any(r.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation") == 7 for r in rules), "uploads are not aborted")
    expect(any(r.get("ExpirationInDays") == 30 for r in rules), "working data does not expire")
    blocks = bucket["PublicAccessBlockConfiguration"]
    expect(len(blocks) == 4 and all(blocks.values()), "public access is not blocked")
    expect("BucketEncryption" in bucket, "the bucket is not encrypted")
    expect(bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}], "objects may have other owners")
    expect(properties("Table")["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}, "the table's items do not expire")
    expect(properties("Table")["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], "no point-in-time recovery")
    for name in ("BucketPolicy", "AlertTopicPolicy", "DeadLetterQueuePolicy"):
        denied = [s for s in properties(name)["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        expect(any(s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}} for s in denied), f"{name} allows plain HTTP")
    alerting = [s for s in properties("AlertTopicPolicy")["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    conditions = {s["Principal"]["Service"]: s.get("Condition") for s in alerting}
    expect(conditions.get("events.amazonaws.com", "none") is None, "EventBridge publishes to no topic that asks for a condition")
    expect("aws:SourceAccount" in json.dumps(conditions.get("cloudwatch.amazonaws.com")), "alarms of other accounts may use the topic")
    schedule = properties("Schedule")
    expect(schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}, "the schedule is not exact")
    expect(schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] <= 3, "the schedule is tried again too often")
    expect("DeadLetterConfig" in schedule["Target"], "a schedule that cannot start is lost")
    rule = properties("FailedExecutionRule")
    expect(rule["EventPattern"]["detail"]["status"] == ["FAILED", "TIMED_OUT", "ABORTED"], "not every failed run is told")
    expect("redrive" in json.dumps(rule["Targets"]), "the message does not say how to go on")
    for name in functions:
        function = properties(name.capitalize() + "Function")
        expect(function["LoggingConfig"]["LogFormat"] == "JSON", f"{name} does not log JSON")
        expect(function["LoggingConfig"]["ApplicationLogLevel"] == "TRACE", f"Lambda drops what LOG_LEVEL lets {name} log")
        expect(function["TracingConfig"]["Mode"] == "Active", f"{name} is not traced")
    machine = properties("StateMachine")
    expect(machine["TracingConfiguration"]["Enabled"], "the state machine is not traced")
    expect(machine["LoggingConfiguration"]["Level"] == "ALL", "the state machine does not log everything")
    expect(machine["LoggingConfiguration"]["IncludeExecutionData"] is False, "the log holds execution data")
    watched = {(r["Properties"]["Namespace"], r["Properties"]["MetricName"])
               for r in resources.values() if r["Type"] == "AWS::CloudWatch::Alarm"}
    for name in ("Errors", "Throttles", "Duration"):
        expect(("AWS/Lambda", name) in watched, f"nobody watches the functions' {name}")
    for alarm in (r["Properties"] for r in resources.values() if r["Type"] == "AWS::CloudWatch::Alarm"):
        # The state machine tries again for two minutes: what takes longer to be noticed is not noticed at all.
        if alarm["MetricName"] in ("Errors", "Throttles"):
            expect((alarm["EvaluationPeriods"], alarm["Threshold"]) == (1, 2), f"{alarm['AlarmDescription']} - not by this alarm")
    expect(resources["DeadManAlarm"].get("Condition") == "HasSchedule", "the dead man's alarm is older than its schedule")
    for name, (_, timeout) in functions.items():
        limits = [r["Properties"]["Threshold"] for r in resources.values() if r["Type"] == "AWS::CloudWatch::Alarm"
                  and {"Name": "FunctionName", "Value": {"Ref": name.capitalize() + "Function"}} in r["Properties"]["Dimensions"]
                  and r["Properties"]["MetricName"] == "Duration"]
        expect(timeout * 800 in limits, f"no alarm tells that the {name} takes more than 80 % of its time")
    for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsSucceeded"):
        expect(("AWS/States", name) in watched, f"nobody watches {name}")
    for name in ("SyncFailures", "AuthenticationFailures", "TokenHoursLeft", "OldestPendingAge", "TransferThroughput"):
        expect(("Obsync", name) in watched, f"nobody watches {name}")
