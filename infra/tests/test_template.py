"""The template by itself: what linters say of it, and what moto does not make."""

import json
import os
import subprocess

import template_facts
from parts import FUNCTIONS, REGION, TEMPLATE, TOOLS


def tool(*command):
    environment = dict(os.environ, AWS_DEFAULT_REGION=REGION, SAM_CLI_TELEMETRY="0")
    result = subprocess.run([TOOLS / command[0], *command[1:]], env=environment, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, (result.stdout + result.stderr).strip()


def test_linters_accept_it():
    tool("cfn-lint", str(TEMPLATE))
    tool("sam", "validate", "--lint", "--template", str(TEMPLATE), "--region", REGION)


def test_linters_accept_it_transformed(template, tmp_path):
    file = tmp_path / "transformed.json"
    file.write_text(json.dumps(template))
    tool("cfn-lint", str(file))


def test_it_says_what_moto_does_not_make(resources, expect):
    template_facts.check(resources, FUNCTIONS, expect)


def test_finished_functions_take_the_place_of_sources(source, tmp_path):
    """What `make deploy ZIPS=FOLDER` and a release deploy differs from the template in nothing but where things lie."""
    from parts import ROOT
    from samtranslator.yaml_helper import yaml_parse

    said = subprocess.run([ROOT / "infra/packaging/prebuilt-template", TEMPLATE, "zips", "machine.json"],
                          check=True, capture_output=True, text=True).stdout
    prebuilt = yaml_parse(said)
    expected = json.loads(json.dumps(source))
    del expected["Globals"]["Function"]["CodeUri"]
    expected["Resources"]["StateMachine"]["Properties"]["DefinitionUri"] = "machine.json"
    for name in FUNCTIONS:
        function = expected["Resources"][f"{name.capitalize()}Function"]
        del function["Metadata"]
        function["Properties"]["CodeUri"] = f"zips/{name}.zip"
    assert prebuilt == expected
    # The linter looks at the files, too.
    (tmp_path / "zips").mkdir()
    for name in FUNCTIONS:
        (tmp_path / "zips" / f"{name}.zip").write_bytes(b"PK")
    (tmp_path / "machine.json").write_text((ROOT / "statemachine" / "vault-sync.asl.json").read_text())
    (tmp_path / "template.yaml").write_text(said)
    tool("cfn-lint", str(tmp_path / "template.yaml"))
