"""What comes into being on moto is what was meant, and `obsync` operates it."""

import deployment
from deployment import clients, obsync
from parts import FUNCTIONS, SECRET, STACK


def test_the_stack_is_created(deployed, resources):
    assert deployed.status == "CREATE_COMPLETE"
    left_out = sorted({resource["Type"] for resource in resources.values()} - deployed.made)
    print(f"moto made {len(deployed.made)} kinds of resources; compared with the template alone: {', '.join(left_out)}")
    assert clients("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"], "obsync init stores no secret"
    assert "${" not in deployed.definition, "a placeholder of the definition is not filled in"


def test_init_answers_parameters_that_there_are(deployed, template):
    assert deployed.answers.keys() <= template["Parameters"].keys()


def test_the_table_is_as_meant(deployed):
    table = clients("dynamodb").describe_table(TableName=deployed.outputs["TableName"])["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["pending"]


def test_the_functions_are_as_meant(deployed, expect):
    for name, (memory, timeout) in FUNCTIONS.items():
        function = deployed.functions.get(f"{STACK}-{name}", {})
        expect(function.get("Runtime") == "provided.al2023", f"{name} is no function for Amazon Linux 2023")
        expect((function.get("MemorySize"), function.get("Timeout")) == (memory, timeout), f"{name}: memory or time")
    groups = {g["logGroupName"]: g.get("retentionInDays") for g in clients("logs").describe_log_groups()["logGroups"]}
    for group in [f"/aws/lambda/{STACK}-{name}" for name in FUNCTIONS] + [f"/aws/vendedlogs/states/{STACK}"]:
        expect(groups.get(group) == 30, f"{group} is not kept for 30 days")


def test_start_finds_the_state_machine(deployed, tmp_path):
    (tmp_path / "samconfig.toml").write_text(f'[default.global.parameters]\nstack_name = "{STACK}"\nregion = "{deployment.REGION}"\n')
    result = obsync("start", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    machine = deployed.outputs["StateMachineArn"]
    started = [e["executionArn"] for e in clients("stepfunctions").list_executions(stateMachineArn=machine)["executions"]]
    assert started == [result.stdout.strip()]
