"""What made a study, as text: its numbers, machines and versions."""

import json
import platform
from importlib.metadata import version

from rv_study.nested import flatten

DRAWN_WITH = ("matplotlib", "numpy", "h5py", "pillow")


def study_facts(figures: dict, sources: dict[str, dict]) -> dict[str, dict[str, str]]:
    """Sort what holds for all runs by what it is about: {group: {name: text}}."""
    groups = {
        **{f"Dataset {name}": source for name, source in sources.items()},
        "Figures": {name: figures[name] for name in ("aggregation", "layers", "sort_units")},
        "Drawn with": {"python": platform.python_version(), **{name: version(name) for name in DRAWN_WITH}},
    }
    return {group: as_texts(values) for group, values in groups.items()}


def run_facts(attributes: dict) -> dict[str, dict[str, str]]:
    """Sort the attributes of a variance file by what they are about: {group: {name: text}}."""
    groups = {
        **{f"Spec: {section}": numbers for section, numbers in attributes["spec"].items()},
        **{f"Computed on: {stage}": machine for stage, machine in attributes["computed_on"].items()},
        "Versions": attributes["versions"],
        "Activations": attributes["activations"],
        "SHA-256": {name: attributes[f"{name}_sha256"] for name in ("dataset", "checkpoint")},
    }
    return {group: as_texts(values) for group, values in groups.items()}


def as_texts(values: dict) -> dict[str, str]:
    """Write {name: text}; what lies deeper is named by its path, as {"angles.from": "-45"}."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in flatten(values).items()}
