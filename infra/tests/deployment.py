"""Deploys the transformed template on moto with the answers of `obsync init` and the debug builds as the functions' code, and
sends executions through what came into being."""

import ast
import base64
import dataclasses
import hashlib
import io
import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile
import tomllib
import zipfile

import boto3

import watched_metrics
from parts import BUILT, FUNCTIONS, PREFIX, REGION, ROOT, SECRET, STACK

ENDPOINT = os.environ.get("OBSYNC_TEST_AWS_ENDPOINT", "")
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


@dataclasses.dataclass
class Deployed:
    """A stack as moto tells it."""

    template: dict
    # What `obsync init` wrote for the template's parameters.
    answers: dict
    status: str
    # The types of resources that moto made.
    made: set
    outputs: dict
    # Lambda's configuration, by the function's name.
    functions: dict
    # The executable that a package's hash stands for.
    executables: dict
    # The statements of each role, by its name in the template.
    roles: dict
    definition: str

    def role(self, function):
        return self.roles[self.functions[function]["Role"].split("/")[-1].removeprefix(STACK + "-").split("-")[0]]


def clients(service):
    return boto3.client(service, endpoint_url=ENDPOINT, region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing")


def obsync(*arguments, timeout=300, **options):
    """Runs the debug build against moto."""
    environment = dict(os.environ, AWS_ENDPOINT_URL=ENDPOINT, **KEYS)
    return subprocess.run([BUILT / "obsync", *arguments], env=environment, capture_output=True, text=True, timeout=timeout, **options)


def initialized():
    """What `obsync init` makes of a few answers: the secret, and the parameters of the deployment."""
    secret = {"provider": "obsidian", "auth": {"email": "nobody@example.com", "password": "none"}}
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "samconfig.toml"
        result = obsync("init", "--secret-from-stdin", "--stack", STACK, "--region", REGION, "--secret", SECRET,
                        "--prefix", PREFIX, "--alert-email", "ops@example.com", "--file", file, input=json.dumps(secret))
        assert result.returncode == 0, f"obsync init: {result.stderr.strip()}"
        configuration = tomllib.loads(file.read_text())["default"]
    assert configuration["global"]["parameters"] == {"stack_name": STACK, "region": REGION}
    return dict(answer.split("=", 1) for answer in shlex.split(configuration["deploy"]["parameters"]["parameter_overrides"]))


def upload_code():
    """Packs the debug builds as `make build-<resource>` does for SAM; answers which executable a package's hash stands for."""
    s3 = clients("s3")
    s3.create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
    executables = {}
    for name in FUNCTIONS:
        executable = BUILT / name.capitalize()
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.write(executable, "bootstrap")
        s3.put_object(Bucket="code", Key=f"{name.capitalize()}Function.zip", Body=package.getvalue())
        executables[base64.b64encode(hashlib.sha256(package.getvalue()).digest()).decode()] = str(executable)
    return executables


def roles():
    """The statements of each role, by its name in the template."""
    iam, found = clients("iam"), {}
    for role in iam.list_roles()["Roles"]:
        owner = role["RoleName"].removeprefix(STACK + "-").split("-")[0]
        for name in iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role["RoleName"], PolicyName=name)["PolicyDocument"]
            document = ast.literal_eval(document) if isinstance(document, str) else document
            found[owner] = [statement for statement in document["Statement"] if statement]
    return found


def deploy(template):
    executables = upload_code()
    # Nobody should wait for the pace at which the real service is asked.
    answers = dict(initialized(), GoProResolvesPerSecond="0")
    cloudformation = clients("cloudformation")
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in answers.items()]
    cloudformation.create_stack(StackName=STACK, TemplateBody=json.dumps(template), Parameters=parameters, Capabilities=["CAPABILITY_IAM"])
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    made = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    return Deployed(
        template=template, answers=answers, status=stack["StackStatus"],
        made={r["ResourceType"] for r in made if r.get("ResourceType")}, outputs=outputs,
        functions={f["FunctionName"]: clients("lambda").get_function_configuration(FunctionName=f["FunctionName"])
                   for f in clients("lambda").list_functions()["Functions"]},
        executables=executables, roles=roles(),
        definition=clients("stepfunctions").describe_state_machine(stateMachineArn=outputs["StateMachineArn"])["definition"])


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def execute(deployed):
    """Runs executions through what is deployed; answers the calls that were made, and what came of each execution.

    DeployedStackTests takes definition, names and variables as moto tells them, and compares what is mirrored.
    """
    dashboard = clients("cloudwatch").get_dashboard(DashboardName=f"{STACK}-{REGION}")["DashboardBody"]
    functions = [
        {"arn": function["FunctionArn"], "name": name, "executable": deployed.executables[function["CodeSha256"]],
         "memory": function["MemorySize"], "timeout": function["Timeout"],
         "environment": {key: str(value) for key, value in function["Environment"]["Variables"].items()}}
        for name, function in deployed.functions.items()
    ]
    stack = {
        "state_machine": {"arn": deployed.outputs["StateMachineArn"], "definition": deployed.definition},
        "functions": functions, "bucket": deployed.outputs["BucketName"], "prefix": PREFIX, "table": deployed.outputs["TableName"],
        "secret": SECRET, "region": REGION,
        "metrics": watched_metrics.find(deployed.template["Resources"], json.loads(dashboard), STACK),
    }
    with tempfile.TemporaryDirectory() as folder:
        file, calls, outcomes = (pathlib.Path(folder) / name for name in ("stack.json", "calls.jsonl", "outcomes.jsonl"))
        file.write_text(json.dumps(dict(stack, calls=str(calls), outcomes=str(outcomes))))
        result = subprocess.run(
            ["swift", "test", "--skip-build", "--filter", "DeployedStackTests"],
            cwd=ROOT, env=dict(os.environ, OBSYNC_TEST_STACK=str(file)), capture_output=True, text=True, timeout=600)
        said = result.stdout + result.stderr
        # Without the file, or under another name, the suite would be passed over in silence.
        assert result.returncode == 0 and re.search(r'Suite "the deployed stack" passed', said), said.strip()
        return lines(calls), lines(outcomes)
