"""What moto does not make, read in the template as SAM transforms it."""

import json


def check(resources, functions, expect):
    """Calls `expect` with whether each fact holds, and what is wrong where it does not.

    `functions` has memory and time of each function by its name.
    """
    def properties(name):
        return resources[name]["Properties"]

    for name in ("Bucket", "Table"):
        # But a creation that fails leaves nothing behind that blocks the next.
        expect(resources[name].get("DeletionPolicy") == "RetainExceptOnCreate", f"{name} goes with the stack")
        expect(resources[name].get("UpdateReplacePolicy") == "Retain", f"{name} goes when it is replaced")
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
    expect(rule["EventPattern"]["detail"]["status"] == ["FAILED", "ABORTED"], "not every failed run is told")
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
    alarms = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::CloudWatch::Alarm"}
    expect(len(alarms) <= 10, f"{len(alarms)} alarms: nobody has so many different things to do")
    watched = {(a.get("Namespace"), a.get("MetricName")) for a in alarms.values()}
    expect(resources["VaultLateAlarm"].get("Condition") == "HasSchedule", "the dead man's alarm is older than its schedule")
    expect(alarms["VaultLateAlarm"]["TreatMissingData"] == "breaching", "a lister that does not run is not missed")
    expression = alarms["OverrunsAlarm"]["Metrics"][0]["Expression"]
    for name, (_, timeout) in functions.items():
        expect(f"FILL({name}, 0) >= {timeout * 1000 - 100}," in expression, f"no alarm tells that the {name} is cut off")
    expect(("AWS/States", "ExecutionsFailed") in watched, "nobody watches failed executions")
    for name in ("AuthenticationFailures", "TokenHoursLeft", "OldestPendingAge", "AttentionNeeded", "LastCompleteAge"):
        expect(("Obsync", name) in watched, f"nobody watches {name}")
    for metric in ("Recoveries", "SyncFailures"):
        expect(("Obsync", metric) not in watched, f"{metric} alarms of what a run may have mended, or the execution tells")
    expect("TimeoutSeconds" in definition(resources) or ("AWS/States", "ExecutionsTimedOut") not in watched, "an alarm for what cannot happen")
    for name, resource in resources.items():
        if resource["Type"] == "AWS::Logs::LogGroup":
            expect("KmsKeyId" in resource["Properties"], f"{name} does not take the key")
    for name in ("AuthenticatorRole", "ListerRole", "DownloaderRole"):
        check_role(name, properties(name)["Policies"][0]["PolicyDocument"]["Statement"], expect)
    working = statement("LeaveWorkingDataAlone", properties("DownloaderRole")["Policies"][0]["PolicyDocument"]["Statement"])
    expect(working["Effect"] == "Deny" and "s3:PutObject" in working["Action"], "the downloader may write working data")


def definition(resources):
    """The keys of the state machine's own level."""
    return json.loads("".join(part if isinstance(part, str) else "x" for part in
                              resources["StateMachine"]["Properties"]["DefinitionString"]["Fn::Join"][1]))


def statement(sid, statements):
    """A statement by its name, also where it depends on a condition."""
    plain = [s["Fn::If"][1] if "Fn::If" in s else s for s in statements]
    return next(s for s in plain if s["Sid"] == sid)


# What Lambda's guide asks for a function in a VPC, and denies to the function's own code.
VPC_ALLOWED = {
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
}


def check_role(name, statements, expect):
    """What every function's role has in common."""
    allowed = set(statement("ReachTheVpc", statements)["Action"]) | set(statement("SeeTheVpc", statements)["Action"])
    expect(allowed == VPC_ALLOWED, f"{name}: not what Lambda's guide asks for a VPC")
    expect(":*/*" in json.dumps(statement("ReachTheVpc", statements)["Resource"]), f"{name}: a VPC's resources are not all there")
    denied = statement("LeaveTheVpcToLambda", statements)
    expect(denied["Effect"] == "Deny" and set(denied["Action"]) >= VPC_ALLOWED, f"{name}: the function may use what is Lambda's")
    expect("lambda:SourceFunctionArn" in json.dumps(denied["Condition"]), f"{name}: nobody may use what is Lambda's")
    expect("kms:ViaService" in json.dumps(statement("UseTheKey", statements)["Condition"]), f"{name}: the key serves everything")
    for one in (s["Fn::If"][1] if "Fn::If" in s else s for s in statements):
        actions = one["Action"] if isinstance(one["Action"], list) else [one["Action"]]
        if one["Effect"] == "Allow" and actions[0].startswith("s3:"):
            expect("aws:ResourceAccount" in json.dumps(one.get("Condition", {})), f"{name}: {one['Sid']} reaches buckets of others")
