"""Where things are, and the template as CloudFormation gets it."""

import json
import logging
import os
import pathlib
import re
import sys

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
DEFINITION = ROOT / "statemachine" / "vault-sync.asl.json"
# The executables of `make build`.
BUILT = ROOT / ".build" / "debug"
# The tools of the Python environment.
TOOLS = pathlib.Path(sys.executable).parent
REGION = "eu-central-1"
STACK = "obsync-check"
SECRET = "obsync/check"
PREFIX = "mirror/"
# Memory in MiB and time in seconds of each function.
FUNCTIONS = {"authenticator": (256, 30), "lister": (512, 300), "downloader": (1024, 900)}
# It warns of metrics of its own.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


def as_list(value):
    return value if isinstance(value, list) else [value]


def unconditional(statement):
    """A statement of a policy as it is where its condition holds."""
    return statement["Fn::If"][1] if "Fn::If" in statement else statement


class NoManagedPolicies:
    """The transform asks for AWS's own policies; no role here has any."""

    def load(self):
        return {}


def transformed():
    """The template as CloudFormation gets it: functions from a bucket, the definition inlined."""
    template = yaml_parse(TEMPLATE.read_text())
    template["Globals"]["Function"].pop("CodeUri")
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = {"Bucket": "code", "Key": f"{name}.zip"}
        if resource["Type"] == "AWS::Serverless::StateMachine":
            path = TEMPLATE.parent / properties.pop("DefinitionUri")
            assert path.resolve() == DEFINITION, "the state machine is not the one of statemachine/"
            properties["Definition"] = json.loads(path.read_text())
            placeholders = properties.pop("DefinitionSubstitutions")
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)
    template = transform(template, {}, NoManagedPolicies())
    # moto does not fill in DefinitionSubstitutions, and its Fn::Sub with values makes one dollar sign of two.
    parts = re.split(r"\$\{(\w+)\}", DEFINITION.read_text())
    values = [placeholders[part] if number % 2 else part for number, part in enumerate(parts)]
    template["Resources"]["StateMachine"]["Properties"]["DefinitionString"] = {"Fn::Join": ["", values]}
    return template
