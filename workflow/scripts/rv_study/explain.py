"""Put a config's violations of the schema into words."""

import difflib
from collections.abc import Iterable

import jsonschema
import yaml

# Configs from before trainings were a table named the only two, which it did not define, in each place of `runs`.
FORMER_TRAININGS = {"unrotated": "{rotate: false}", "rotated": "{rotate: true}"}


def explain_error(error: jsonschema.ValidationError, trainings: Iterable[str]) -> str:
    """Return one line that names the wrong key, the value found, and the values allowed.

    trainings  the names of the config's table: one that is used as a key in a place of `runs` was meant for by_training
    """
    key = ".".join(str(part) for part in error.absolute_path)
    got = show_value(error.instance)
    if error.validator == "additionalProperties":
        allowed = list(error.schema["properties"])
        unknown = next(name for name in error.instance if name not in allowed)
        if "by_training" in allowed and unknown in {*FORMER_TRAININGS, *trainings}:
            return f"{join_key(key, unknown)}: write {key}.by_training.{unknown}"
        meant = did_you_mean(unknown, allowed)
        return f"{join_key(key, unknown)}: unknown key{meant}; allowed: {', '.join(allowed)}"
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"{join_key(key, missing)}: missing{_missing_hint(key, missing)}"
    if error.validator == "dependentRequired":
        name, missing = next((n, m) for n, needs in error.validator_value.items() for m in needs if n in error.instance)
        return f"{join_key(key, missing)}: missing; {name} needs it"
    if error.validator == "enum":
        allowed = [str(value) for value in error.validator_value]
        return f"{key}: got {got}, expected one of {', '.join(allowed)}{did_you_mean(error.instance, allowed)}"
    return f"{key or 'the whole file'}: got {got}, expected {_expected(error)}"


def _expected(error: jsonschema.ValidationError) -> str:
    value = error.validator_value
    if takes_several_types(error) and "description" in error.schema:
        return error.schema["description"] + _text_hint(error.instance)
    if error.validator == "type":
        types = [value] if isinstance(value, str) else value
        words = {"object": "a mapping of keys", "array": "a list", "string": "text", "boolean": "true or false"}
        words["number"] = "a number"
        return " or ".join(words.get(type_, f"a number ({type_})") for type_ in types) + _text_hint(error.instance)
    words = {
        "minimum": f"{value} or more",
        "maximum": f"{value} or less",
        "exclusiveMinimum": f"more than {value}",
        "minItems": f"{value} entries or more",
        "maxItems": f"{value} entries or fewer",
        "minLength": "some text",
        "uniqueItems": "no entry twice",
        "pattern": error.schema.get("description"),
    }
    return words.get(error.validator, error.message)


def _missing_hint(key: str, missing: str) -> str:
    if key or missing != "trainings":
        return ""
    table = ", ".join(f"{name}: {entry}" for name, entry in FORMER_TRAININGS.items())
    return f"; write trainings: {{{table}}}"


def takes_several_types(error: jsonschema.ValidationError) -> bool:
    """Tell whether a value has the wrong type or pattern for a key that takes several types."""
    return error.validator in ("type", "pattern") and isinstance(error.schema.get("type"), list)


def _text_hint(instance: object) -> str:
    if not isinstance(instance, str) or not _is_number(instance):
        return ""
    return f"; YAML reads {instance} as text, write {float(instance)!r} without quotes"


def show_value(value: object) -> str:
    """Write a value in one line of at most 60 characters, as YAML does; text in quotes."""
    text = repr(value) if isinstance(value, str) else yaml.safe_dump(value, default_flow_style=True).strip()
    text = text.removesuffix("\n...").replace("\n", " ")
    return text if len(text) <= 60 else f"{text[:57]}..."


def join_key(key: str, name: object) -> str:
    """Return the dotted key of `name` below `key`, which is "" at the top level."""
    return f"{key}.{name}" if key else str(name)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def did_you_mean(name: object, allowed: Iterable[str]) -> str:
    """Return " (did you mean ...?)" with the closest of the allowed names, or "" if none is close."""
    close = difflib.get_close_matches(str(name), list(allowed), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
