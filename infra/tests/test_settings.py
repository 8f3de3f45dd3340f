"""The settings in the code and those of the template are the same."""

import json

# Settings of functions that a deployment leaves alone.
NOT_DEPLOYED = {
    "ALLOWED_BUCKETS": "the roles allow nothing in other buckets",
    "GOPRO_API_URL": "for simulators",
    "OBSIDIAN_API_URL": "for simulators",
    "OBSYNC_ALLOW_HOSTS": "for simulators",
    "LOCAL_LAMBDA_PORT": "for a function that is started by hand",
    "OBSYNC_CREDENTIALS": "for a function that is tried out without a secret",
    "OBSIDIAN_EMAIL": "for a function that is tried out without a secret",
    "OBSIDIAN_PASSWORD": "for a function that is tried out without a secret",
    "OBSIDIAN_TOTP_SECRET": "for a function that is tried out without a secret",
    "LAMBDA_MAX_MEMORY_MB": "the function's memory is the limit",
}
FUNCTIONS = {"authenticator", "lister", "downloader"}


def of_functions(lists):
    return {s["variable"]: s for s in lists["settings"] if FUNCTIONS & set(s["readers"]) and s["variable"] not in NOT_DEPLOYED}


def test_the_template_sets_what_functions_go_by(lists, source, expect):
    variables = source["Globals"]["Function"]["Environment"]["Variables"]
    settings = of_functions(lists)
    assert len(settings) > 20
    for name in sorted(variables.keys() - settings.keys()):
        expect(False, f"no function goes by {name}, which the template sets")
    for name in sorted(settings.keys() - variables.keys()):
        expect(False, f"the template does not set {name}")


def test_a_parameter_reaches_its_variable(lists, source, expect):
    variables = source["Globals"]["Function"]["Environment"]["Variables"]
    for name, setting in of_functions(lists).items():
        if setting.get("parameter") and name in variables:
            said = json.dumps(variables[name])
            expect(f'"{setting["parameter"]}"' in said or f'${{{setting["parameter"]}}}' in said,
                   f"{name} is {said}, and not of the parameter {setting['parameter']}")


# Parameters of which a value outside the code's bounds leaves the variable unset.
UNSET = {"MaxConcurrent": 0}


def test_parameters_keep_within_the_bounds_of_the_code(lists, source, expect):
    for setting in lists["settings"]:
        name = setting.get("parameter")
        if not name:
            continue
        parameter = source["Parameters"].get(name)
        expect(parameter, f"the template lacks the parameter {name} of {setting['variable']}")
        if parameter and setting.get("bounds"):
            least, most = parameter.get("MinValue"), parameter.get("MaxValue")
            bounds = setting["bounds"]
            # What the code takes without an end, a template cannot say.
            below = most is None and bounds["most"] >= 2**53 or most is not None and most <= bounds["most"]
            above = least is not None and (least >= bounds["least"] or least == UNSET.get(name))
            expect(below and above, f"{name} takes {least} to {most}, and the code {bounds}")
        if parameter and setting.get("choices") and "AllowedValues" in parameter:
            allowed = {str(value).lower() if isinstance(value, bool) else str(value) for value in parameter["AllowedValues"]} - {""}
            expect(allowed <= set(setting["choices"]), f"{name} takes {sorted(allowed)}, and the code {setting['choices']}")


def test_watched_metrics_are_published(lists, resources, expect):
    """Alarms of our namespace go by metrics that the code has."""
    names = {r["Properties"]["MetricName"] for r in resources.values()
             if r["Type"] == "AWS::CloudWatch::Alarm" and r["Properties"].get("Namespace") == "Obsync"}
    assert names
    for name in sorted(names - set(lists["metrics"])):
        expect(False, f"nothing publishes {name}, which an alarm goes by")
