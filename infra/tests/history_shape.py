"""Compares a history with what botocore's model says of GetExecutionHistory's answer."""

import botocore.session
from botocore.validate import ParamValidator


def problems(history):
    """What is wrong with it, a sentence each."""
    model = botocore.session.get_session().get_service_model("stepfunctions")
    shape = model.operation_model("GetExecutionHistory").output_shape
    report = ParamValidator().validate(history, shape)
    found = report.generate_report().splitlines() if report.has_errors() else []
    event = shape.members["events"].member
    types = set(event.members["type"].enum)
    for one in history["events"]:
        if one["type"] not in types:
            found.append(f"{one['type']} is no type of event")
        details = [name for name in one if name.endswith("EventDetails")]
        fitting = details_name(one["type"])
        if details and details != [fitting]:
            found.append(f"{one['type']} has {details}, not {fitting}")
        if not details and fitting in event.members and needs(event.members[fitting]):
            found.append(f"{one['type']} has no {fitting}")
    return found


def needs(shape):
    """Whether details of this shape are always there: those that tell of errors alone may be missing."""
    return not set(shape.members) <= {"error", "cause"}


def details_name(kind):
    """The member that holds an event's details."""
    for end in ("Entered", "Exited"):
        if kind.endswith("State" + end):
            return f"state{end}EventDetails"
    return kind[0].lower() + kind[1:] + "EventDetails"
