"""What the roles allow, and that docs/aws.md says so with reasons."""

import json
import re

import pytest

import policies
import template_facts
from parts import REGION, ROOT, as_list, unconditional


def roles_of(resources):
    return {name: resource for name, resource in resources.items() if resource["Type"] == "AWS::IAM::Role"}


def test_the_table_of_permissions_is_whole(resources, expect):
    """Every statement of every role stands in docs/aws.md's table with all its actions and a reason, and nothing else does."""
    rows, role = {}, ""
    for line in (ROOT / "docs" / "aws.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 5 and re.fullmatch(r"`\w+`", cells[1]):
            role = cells[0] or role
            rows[role, cells[1].strip("`")] = cells
    found = set()
    for resource in roles_of(resources).values():
        policy, = resource["Properties"]["Policies"]
        owner = policy["PolicyName"].replace("-", " ")
        for statement in map(unconditional, policy["PolicyDocument"]["Statement"]):
            key = next((key for key in [(owner, statement["Sid"]), ("each function", statement["Sid"])] if key in rows), None)
            expect(key, f"the table lacks {statement['Sid']} of the {owner}")
            if not key:
                continue
            found.add(key)
            _, _, actions, where, reason = rows[key]
            expect(set(re.findall(r"`([^`]+)`", actions)) == set(as_list(statement["Action"])), f"it names other actions for {key}")
            expect(where and reason, f"it gives no reason for {key}")
    for key in rows.keys() - found:
        expect(False, f"it has {key}, which no role has")


VALUES = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": "123456789012",
          "KmsKeyArn": f"arn:aws:kms:{REGION}:123456789012:key/0a1b", "AWS::URLSuffix": "amazonaws.com"}


def resolved(where):
    if isinstance(where, str):
        return where
    return VALUES[where["Ref"]] if "Ref" in where else re.sub(r"\$\{([^}]+)\}", lambda match: VALUES[match[1]], where["Fn::Sub"])


def test_what_a_key_adds_is_narrow(resources, expect):
    """Statements that depend on a key are not in the deployment on moto."""
    read = 0
    for name, resource in roles_of(resources).items():
        statements = [s for policy in resource["Properties"]["Policies"] for s in policy["PolicyDocument"]["Statement"] if "Fn::If" in s]
        for statement in map(unconditional, statements):
            where = [resolved(one) for one in as_list(statement["Resource"])]
            services = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", [])
            expect(services, f"{name}: the key serves everything")
            condition = {"StringEquals": {"kms:ViaService": [resolved(one) for one in as_list(services)]}}
            document = {"Version": "2012-10-17", "Statement": [dict(statement, Resource=where, Condition=condition)]}
            for objection in policies.objections(document):
                expect(False, f"{name}: {objection}")
            read += 1
    expect(read == 4, f"the roles have {read} optional statements, not 4")


def test_the_policy_of_a_key_is_what_the_guides_ask(resources, expect):
    """What the document tells people to put into the key's policy: each service that uses the key by itself, and no other."""
    text = (ROOT / "docs" / "aws.md").read_text()
    block = re.search(r"<!-- The check of the infrastructure reads this policy. -->\n```json\n(.*?)```", text, re.S)
    document = json.loads(block[1].replace("REGION", REGION).replace("ACCOUNT", "123456789012"))
    found = {statement["Principal"]["Service"]: statement for statement in document["Statement"]}
    publishers = {statement["Principal"]["Service"] for statement in resources["AlertTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
                  if statement["Effect"] == "Allow"}
    expect(set(found) == publishers | {f"logs.{REGION}.amazonaws.com"}, f"it lets {sorted(found)} use the key")
    for service, statement in found.items():
        wanted = {"kms:Decrypt", "kms:GenerateDataKey*"}
        if service.startswith("logs."):
            wanted = {"kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"}
            expect("kms:EncryptionContext:aws:logs:arn" in json.dumps(statement["Condition"]), "logs of others may use the key")
        expect(set(statement["Action"]) == wanted, f"{service} may {statement['Action']}")
    expect("Condition" not in found["events.amazonaws.com"], "EventBridge publishes to no topic whose key asks for a condition")
    expect(found["cloudwatch.amazonaws.com"]["Condition"]["StringEquals"]["aws:SourceAccount"] == "123456789012", "alarms of others may use the key")


def test_roles_allow_no_more_than_they_name(deployed, expect):
    for owner, statements in deployed.roles.items():
        for objection in policies.objections({"Version": "2012-10-17", "Statement": statements}):
            expect(False, f"{owner}: {objection}")
    allowed = {owner: {a for s in statements if s["Effect"] == "Allow" for a in as_list(s["Action"])} for owner, statements in deployed.roles.items()}
    writers = {owner for owner, actions in allowed.items() if "secretsmanager:PutSecretValue" in actions}
    expect(writers == {"AuthenticatorRole"}, f"the secret is written by {writers}")
    expect("s3:DeleteObject" not in allowed["DownloaderRole"], "the downloader can delete")
    for owner in ("ListerRole", "DownloaderRole"):
        expect("s3:ListBucket" in allowed[owner], f"{owner} cannot tell a missing key from a forbidden one")
    expect(not any("s3:HeadObject" in actions for actions in allowed.values()), "s3:HeadObject is no IAM action")


@pytest.mark.parametrize("function", ["authenticator", "lister", "downloader"])
def test_every_call_is_allowed(deployed, executed, expect, function):
    """moto asks nobody for permission, so the calls that the functions made are compared with their roles."""
    import aws_calls
    from parts import STACK

    name = f"{STACK}-{function}"
    configuration, statements = deployed.functions[name], deployed.role(name)
    account = configuration["FunctionArn"].split(":")[4]
    needed = {permission for call in executed[0] if call["function"] == name for permission in aws_calls.permissions(call, account, REGION)}
    expect(needed, f"{name} made no call")
    refused = {}
    for permission in needed:
        if not aws_calls.grants(statements, permission, account):
            refused.setdefault(permission[0], permission)
    for action, (_, arn, origin) in sorted(refused.items()):
        expect(False, f"the role of {name} does not allow {action} on {arn}" + (f" from {origin}" if origin else ""))
    # What no role may do, whatever the functions did.
    state = f"arn:aws:s3:::{configuration['Environment']['Variables']['S3_BUCKET']}/state/x"
    if function == "downloader":
        expect(not aws_calls.grants(statements, ("s3:PutObject", state, ""), account), "the downloader may write working data")
    expect(not any(aws_calls.grants(statements, (action, f"arn:aws:ec2:{REGION}:{account}:subnet/a", ""), account)
                   for action in template_facts.VPC_ALLOWED), f"{name} may use what Lambda's VPC access is for")
    used = {action for action, _, _ in needed}
    allowed = {action for statement in statements if statement["Effect"] == "Allow" for action in as_list(statement["Action"])}
    rest = sorted(action for action in allowed - used if action.split(":")[0] not in ("logs", "xray"))
    print(f"{name}: {len(used)} actions used" + (f"; allowed besides: {', '.join(rest)}" if rest else ""))
