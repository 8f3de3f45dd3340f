"""What the tests of the infrastructure share. `make infra-check` runs them, with moto at OBSYNC_TEST_AWS_ENDPOINT."""

import json
import subprocess

import pytest

import deployment
from parts import BUILT, TEMPLATE, transformed
from samtranslator.yaml_helper import yaml_parse


@pytest.fixture
def expect():
    """Notes down what does not hold; the test fails at its end with all of it."""
    failures = []
    yield lambda condition, message: condition or failures.append(message)
    assert not failures, "\n".join(failures)


@pytest.fixture(scope="session")
def source():
    """The template as it stands."""
    return yaml_parse(TEMPLATE.read_text())


@pytest.fixture(scope="session")
def template():
    """The template as CloudFormation gets it."""
    return transformed()


@pytest.fixture(scope="session")
def resources(template):
    return template["Resources"]


@pytest.fixture(scope="session")
def lists():
    """The lists of settings and of metrics in the code, as `obsync settings --json` prints them."""
    said = subprocess.run([BUILT / "obsync", "settings", "--json"], check=True, capture_output=True, text=True, env={})
    return json.loads(said.stdout)


@pytest.fixture(scope="session")
def deployed(template):
    """The stack on moto."""
    return deployment.deploy(template)


@pytest.fixture(scope="session")
def executed(deployed):
    """What executions through the stack did."""
    return deployment.execute(deployed)
