"""Executions through the deployed definition, names and variables: alarms, costs, histories."""

import json

import alarm_evaluation
import history_shape
from deployment import obsync
from parts import FUNCTIONS, ROOT, STACK


def document():
    return (ROOT / "docs" / "aws.md").read_text()


def test_each_alarm_rings_after_what_it_is_for(deployed, executed, template, expect):
    """And after nothing else."""
    parameters = {name: deployed.answers.get(name, parameter.get("Default")) for name, parameter in template["Parameters"].items()}
    names = {"AWS::StackName": STACK, "StateMachine": deployed.outputs["StateMachineArn"], "DeadLetterQueue": f"{STACK}-queue"}
    names |= {f"{name.capitalize()}Function": f"{STACK}-{name}" for name in FUNCTIONS}
    alarms, executions = alarm_evaluation.check(template["Resources"], parameters, names, executed[1], expect)
    print(f"{alarms} alarms evaluated after {executions} executions")


def test_the_costs_are_counted(executed, resources):
    idle, = (outcome for outcome in executed[1] if outcome["what"] == "an idle run")
    series = {(m["name"], tuple(sorted(m["dimensions"].items()))) for m in idle["metrics"]}
    assert f"{len(series)} metrics" in document(), f"docs/aws.md counts other costs than of the {len(series)} metrics of an idle run"
    alarms = sum(resource["Type"] == "AWS::CloudWatch::Alarm" for resource in resources.values())
    assert f"{alarms} alarms of" in document(), f"docs/aws.md counts other costs than of {alarms} alarms"


def test_histories_have_the_shape_of_step_functions(tmp_path, expect):
    """`obsync executions history --json` prints what GetExecutionHistory answers."""
    assert obsync("demo", "--quiet", "--dest", tmp_path).returncode == 0
    # Another deletion than the sample's fails in a run that may not list anything.
    obsync("demo", "--quiet", "--edit", "--dest", tmp_path)
    listed = json.loads(obsync("executions", "list", "--json", "--dest", tmp_path).stdout)["executions"]
    events = 0
    for execution in listed:
        history = json.loads(obsync("executions", "history", execution["name"], "--json", "--dest", tmp_path).stdout)
        events += len(history["events"])
        for problem in history_shape.problems(history):
            expect(False, problem)
    assert events > 50
