"""Reads policies as parliament does, and sees to it that nothing is allowed on everything that AWS can name."""

import json

import parliament

from parts import as_list

# Where AWS offers no narrower resource.
UNBOUNDED = {
    "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
    "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
    "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
}


def objections(document):
    """What is wrong with a policy, sentence by sentence."""
    for finding in parliament.analyze_policy_string(json.dumps(document)).findings:
        said = f"{finding.issue} {finding.detail} {finding.location}"
        # It does not know the condition key of Lambda's guide, nor that the guide's `*/*` is every resource of EC2.
        if "lambda:SourceFunctionArn" in said or (finding.issue == "RESOURCE_MISMATCH" and "ec2:CreateNetworkInterface" in said):
            continue
        yield f"{finding.issue} {finding.detail}"
    for statement in document["Statement"]:
        actions = as_list(statement["Action"])
        if any("*" in action for action in actions):
            yield "it allows a wildcard of actions"
        if "*" in as_list(statement["Resource"]) and statement["Effect"] == "Allow" and not set(actions) <= UNBOUNDED:
            yield f"it allows {actions} on everything"
