"""Evaluates the template's alarms over metrics, as CloudWatch does it."""

import ast
import math


class Alarm:
    """One alarm of the template, with its references filled in by `resolve`."""

    def __init__(self, name, properties, resolve):
        self.name = name
        self.properties = properties
        self.resolve = resolve

    def rings(self, samples, end):
        """Whether it stands at ALARM at `end`, a time in seconds, over samples of (time, namespace, name, dimensions, value)."""
        properties = self.properties
        needed = properties.get("DatapointsToAlarm", properties["EvaluationPeriods"])
        missing = properties.get("TreatMissingData", "missing")
        breaching = 0
        for number in range(properties["EvaluationPeriods"]):
            value = self.value(samples, end - (number + 1) * self.period, end - number * self.period)
            if value is None:
                breaching += missing == "breaching"
            else:
                breaching += self.exceeds(value)
        return breaching >= needed

    @property
    def period(self):
        if "Metrics" not in self.properties:
            return self.number(self.properties["Period"])
        return max(self.number(m["MetricStat"]["Period"]) for m in self.properties["Metrics"] if "MetricStat" in m)

    def exceeds(self, value):
        threshold = self.number(self.properties["Threshold"])
        return {"GreaterThanThreshold": value > threshold, "GreaterThanOrEqualToThreshold": value >= threshold,
                "LessThanThreshold": value < threshold, "LessThanOrEqualToThreshold": value <= threshold}[
                    self.properties["ComparisonOperator"]]

    def number(self, value):
        return float(self.resolve(value))

    def value(self, samples, start, end):
        if "Metrics" not in self.properties:
            return self.statistic(self.properties, self.properties["Statistic"], samples, start, end)
        values = {}
        for metric in self.properties["Metrics"]:
            if "MetricStat" in metric:
                stat = metric["MetricStat"]
                values[metric["Id"]] = self.statistic(stat["Metric"], stat["Stat"], samples, start, end)
        returned, = (m["Expression"] for m in self.properties["Metrics"] if "Expression" in m and m.get("ReturnData", True))
        return calculate(ast.parse(returned, mode="eval").body, values)

    def statistic(self, metric, statistic, samples, start, end):
        """The statistic of one metric within a time; None without data."""
        dimensions = {d["Name"]: self.resolve(d["Value"]) for d in metric.get("Dimensions", [])}
        found = [value for time, namespace, name, of, value in samples
                 if start <= time < end and (namespace, name, of) == (metric["Namespace"], metric["MetricName"], dimensions)]
        if not found:
            return None
        return {"Sum": math.fsum, "Maximum": max, "Minimum": min, "SampleCount": len,
                "Average": lambda values: math.fsum(values) / len(values)}[statistic](found)


def calculate(node, values):
    """Metric math, as far as the template uses it. What is calculated with nothing is nothing."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.Call):
        arguments = [calculate(argument, values) for argument in node.args]
        if node.func.id == "FILL":
            return arguments[1] if arguments[0] is None else arguments[0]
        if node.func.id == "IF":
            return None if arguments[0] is None else arguments[1] if arguments[0] else arguments[2]
    if isinstance(node, ast.Compare):
        left, right = calculate(node.left, values), calculate(node.comparators[0], values)
        operator = {ast.GtE: lambda: left >= right, ast.Gt: lambda: left > right, ast.Lt: lambda: left < right,
                    ast.LtE: lambda: left <= right}[type(node.ops[0])]
        return None if left is None or right is None else operator()
    if isinstance(node, ast.BinOp):
        left, right = calculate(node.left, values), calculate(node.right, values)
        operator = {ast.Add: lambda: left + right, ast.Sub: lambda: left - right, ast.Mult: lambda: left * right}[type(node.op)]
        return None if left is None or right is None else operator()
    raise ValueError(f"metric math has {ast.dump(node)}, which is not known here")


def check(resources, parameters, names, executions, expect):
    """Evaluates every alarm after every execution, and calls `expect` with whether those rang that should.

    `parameters` are values by name, `names` what resources are called, and `executions` what DeployedStackTests wrote:
    {"what": "…", "status": "SUCCEEDED", "alarms": ["AuthenticationFailures"], "metrics": [{"namespace", "name", "dimensions", "values"}]}
    """
    def resolve(value):
        if not isinstance(value, dict):
            return value
        if "Ref" in value:
            return names.get(value["Ref"], parameters.get(value["Ref"]))
        if "Fn::GetAtt" in value:
            return names[value["Fn::GetAtt"][0]]
        raise ValueError(f"an alarm refers to {value}")

    alarms = {name: Alarm(name, r["Properties"], resolve) for name, r in resources.items() if r["Type"] == "AWS::CloudWatch::Alarm"}
    now = 1_800_000_000.0
    rung = set()
    for execution in executions:
        samples = [(now - 60, m["namespace"], m["name"], m["dimensions"], value) for m in execution["metrics"] for value in m["values"]]
        if execution["status"] == "FAILED":
            samples.append((now - 60, "AWS/States", "ExecutionsFailed", {"StateMachineArn": names["StateMachine"]}, 1.0))
        if not any(name == "LastCompleteAge" for _, _, name, _, _ in samples):
            # The run before, a period ago, had every vault complete.
            samples.append((now - 61, "Obsync", "LastCompleteAge", {"Deployment": names["AWS::StackName"]}, 0.0))
        ringing = {name.removesuffix("Alarm") for name, alarm in alarms.items() if alarm.rings(samples, now)}
        rung |= ringing
        expect(ringing == set(execution["alarms"]),
               f"after {execution['what']} ({execution['status']}) these alarms ring: {sorted(ringing)}, not {execution['alarms']}")
    rung |= check_absences(alarms, names, now, expect)
    for name in alarms:
        expect(name.removesuffix("Alarm") in rung, f"no trial sets {name} off")
    return len(alarms), len(executions)


def check_absences(alarms, names, now, expect):
    """What no run of this machine brings about: silence, a dead letter, functions that are cut off hour after hour."""
    deployment = {"Deployment": names["AWS::StackName"]}
    lister = {"FunctionName": names["ListerFunction"]}
    queue = {"QueueName": names["DeadLetterQueue"]}
    trials = [
        ("no run for two periods", [], {"VaultLate"}),
        ("a run a day, one vault never complete",
         [(now - 60 - 86400 * n, "Obsync", "LastCompleteAge", deployment, age) for n in range(2) for age in (0.0, 200_000.0)], {"VaultLate"}),
        ("a late run", [(now - 90_000, "Obsync", "LastCompleteAge", deployment, 0.0)], set()),
        ("a schedule that could not start", [(now - 60, "AWS/SQS", "ApproximateNumberOfMessagesVisible", queue, 1.0)], {"DeadLetters"}),
        ("a function that was cut off once", [(now - 60, "AWS/Lambda", "Duration", lister, 300_000.0)], set()),
        ("a function that is cut off hour after hour",
         [(now - 60 - 3600 * n, "AWS/Lambda", "Duration", lister, 300_000.0) for n in range(2)], {"Overruns"}),
    ]
    rung = set()
    for what, samples, expected in trials:
        if what.split()[0] == "a" and "LastCompleteAge" not in str(samples):
            samples = samples + [(now - 61, "Obsync", "LastCompleteAge", deployment, 0.0)]
        ringing = {name.removesuffix("Alarm") for name, alarm in alarms.items() if alarm.rings(samples, now)}
        rung |= ringing
        expect(ringing == expected, f"{what}: these alarms ring: {sorted(ringing)}, not {sorted(expected)}")
    return rung
