"""The pinned versions agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[1]
DIRECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]


def pins(name):
    lines = (PROJECT / name).read_text().splitlines()
    return {line.partition(" ;")[0] for line in lines if "==" in line}


def test_everything_installed_is_pinned_exactly():
    for name in (
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-slurm.txt",
        "requirements-benchmark.txt",
        "requirements-cuda.txt",
    ):
        lines = [line for line in (PROJECT / name).read_text().splitlines() if not line.startswith(("#", "-c"))]
        assert lines
        for line in lines:
            assert re.match(r"^[a-z0-9-]+==[0-9][0-9a-z.]*( ;|$)", line), line


def without_extras(requirements):
    return {re.sub(r"\[\w+\]", "", requirement) for requirement in requirements}


def test_requirements_hold_what_the_project_asks_for():
    assert without_extras(DIRECT["dependencies"]) <= pins("requirements.txt")
    for extra in ("dev", "slurm", "benchmark"):
        wanted = without_extras(DIRECT["optional-dependencies"][extra]) | pins("requirements.txt")
        assert wanted <= pins(f"requirements-{extra}.txt")


@pytest.mark.parametrize("name", ["torch.yaml", "plot.yaml"])
def test_environments_hold_the_same_versions(name):
    environment = yaml.safe_load((PROJECT / "workflow" / "envs" / name).read_text())
    assert set(environment["dependencies"][-1]["pip"]) <= pins("requirements.txt")
