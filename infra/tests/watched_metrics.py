"""Finds the metrics of our namespace that the template's alarms and its dashboard go by."""

import re


def find(resources, dashboard, stack):
    """The metrics; None stands for any value of a dimension. The template's values are texts, or the stack's name."""
    found = []
    for name, resource in resources.items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::CloudWatch::Alarm" and properties.get("Namespace") == "Obsync":
            dimensions = {d["Name"]: stack if d["Value"] == {"Ref": "AWS::StackName"} else d["Value"] for d in properties["Dimensions"]}
            found.append({"source": name, "name": properties["MetricName"], "dimensions": dimensions})
    for widget in dashboard["widgets"]:
        before = []
        for metric in widget["properties"]["metrics"]:
            if isinstance(metric[0], dict):
                found += searched(metric[0]["expression"])
                continue
            words = [word for word in metric if isinstance(word, str)]
            if words[0] == "...":
                words = before[:len(before) - len(words) + 1] + words[1:]
            words = [before[i] if word == "." else word for i, word in enumerate(words)]
            before = words
            if words[0] == "Obsync":
                dimensions = dict(zip(words[2::2], words[3::2]))
                found.append({"source": "Dashboard", "name": words[1], "dimensions": dimensions})
    return found


def searched(expression):
    """The metric of a SEARCH in our namespace."""
    match = re.search(r"SEARCH\('\{Obsync,([^}]*)\} ([^']*)'", expression)
    if not match:
        return []
    terms = dict(re.findall(r'(\w+)="([^"]*)"', match[2]))
    return [{"source": "Dashboard", "name": terms.pop("MetricName"),
             "dimensions": {name: terms.get(name) for name in match[1].split(",")}}]
