"""The numbers, machines and versions that made a study, as text."""

import json
import platform
from importlib.metadata import version

from rotational_variance.tables.text import AT_CHANCE_MEANS
from rv_study.nested import flatten

DRAWN_WITH = ("matplotlib", "numpy", "h5py", "pillow")


def study_facts(settings: dict, sources: dict[str, dict]) -> dict[str, dict[str, str]]:
    """Return the facts that hold for all runs, grouped by topic: {group: {name: text}}."""
    groups = {
        **{f"Dataset {name}": source for name, source in sources.items()},
        "Figures": settings,
        "Drawn with": {"python": platform.python_version(), **{name: version(name) for name in DRAWN_WITH}},
    }
    return {group: as_texts(values) for group, values in groups.items()}


def run_facts(attributes: dict, at_chance: bool) -> dict[str, dict[str, str]]:
    """Return the attributes of a run's variance file, grouped by topic: {group: {name: text}}.

    at_chance  whether the run's network learned nothing, which is a fact of its own
    """
    groups = {
        **({"Accuracy": {"on upright images": AT_CHANCE_MEANS}} if at_chance else {}),
        **{f"Spec: {section}": numbers for section, numbers in attributes["spec"].items()},
        **{f"Computed on: {stage}": machine for stage, machine in attributes["computed_on"].items()},
        "Versions": attributes["versions"],
        "Activations": attributes["activations"],
        "SHA-256": {name: attributes[f"{name}_sha256"] for name in ("dataset", "checkpoint")},
    }
    return {group: as_texts(values) for group, values in groups.items()}


def as_texts(values: dict) -> dict[str, str]:
    """Return the values as {name: text}; nested values are named by their path, as in {"angles.from": "-45"}."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in flatten(values).items()}
