"""The params of rules: one string per file and number, the same for the job and for a training that goes on."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from rotational_variance.figures.catalogue import of_pair
from rv_study.errors import ConfigError
from rv_study.nested import canonical
from rv_study.params import STAGES, Params, check_code, params_by_name, run_names
from rv_study.run import Run

WORKFLOW = Path(__file__).resolve().parents[1] / "workflow"
RUNS = {run.stem: run for run in (Run("resnet", "a", "rotated", 0), Run("vgg16", "b", "rotated", 0))}
RESNET, VGG16 = RUNS
SPECS = {
    RESNET: {"model": {"depth": 18, "width": 4}, "training": {"epochs": 3}, "measurement": {"angles": 4}},
    VGG16: {"model": {"width": 4}, "training": {"epochs": 3}, "measurement": {"angles": 5}},
}
DATASETS = canonical({
    "a": {"source": "torchvision", "name": "MNIST", "root": "here"},
    "b": {"source": "images", "path": "nowhere.zip", "size": 9},
})  # fmt: skip


@pytest.fixture
def params():
    return Params(WORKFLOW, RUNS, SPECS, DATASETS, {"layers": "all", "sort_units": True})


def resolved(found, **wildcards):
    """Return the strings that a job's params come to."""
    return {param if isinstance(param, str) else param(SimpleNamespace(**wildcards)) for param in found}


def test_a_run_has_its_own_numbers_and_the_code_of_its_architecture(params):
    of_resnet, of_vgg16 = (resolved(params.of_stage("train"), run=run) for run in RUNS)
    assert {"run: " + RESNET, "model.depth: 18", "model.width: 4", "training.epochs: 3"} <= of_resnet
    assert {"run: " + VGG16, "model.width: 4", "training.epochs: 3"} <= of_vgg16
    assert not any(text.startswith("model.depth") for text in of_vgg16)
    for texts, own, other in ((of_resnet, "resnet", "vgg16"), (of_vgg16, "vgg16", "resnet")):
        assert any(text.startswith(f"rotational_variance/models/{own}.py: ") for text in texts)
        assert not any(f"models/{other}.py" in text for text in texts)


def test_a_job_is_told_the_same_strings(params):
    for run in RUNS:
        for stage in STAGES:
            assert set(params.made_by(stage, run)) == resolved(params.of_stage(stage), run=run)


def test_names_of_other_runs_give_a_constant():
    values = {"x": {"one": 1}, "y": {"two": 2}}
    found = params_by_name("pair", ["one", "two"], values.get)
    assert len(found) == 3
    assert resolved(found, pair="x") == {"pair: x", "one: 1"}
    assert resolved(found, pair="y") == {"pair: y", "two: 2"}


def test_a_source_counts_without_its_place_on_this_machine(params):
    assert resolved(params.of_dataset(), dataset="a") == {"dataset: a", "source: torchvision", "name: MNIST"}
    own = resolved(params.of_dataset(), dataset="b")
    assert own == {"dataset: b", "source: images", "path: nowhere.zip", "size: 9", "files: no file"}
    assert params.shown_sources(["b"]) == ["dataset b: {'size': 9, 'source': 'images'}"]


def test_code_is_that_of_the_script_the_drawers_and_the_environment(params):
    without, with_drawers = (params.code("plot.py", "plot.yaml", drawings) for drawings in ((), of_pair(["x"])))
    assert set(without) < set(with_drawers)
    names = [text.partition(": ")[0] for text in with_drawers]
    assert {"plot.py", "plot.yaml", "rotational_variance/figures/headline.py"} <= set(names)
    assert len(names) == len(set(names))


def test_settings_and_runs_are_named(params):
    assert params.of_figures("layers", "sort_units") == ["figures.layers: all", "figures.sort_units: True"]
    assert run_names(RUNS.values()) == f"runs: {RESNET}, {VGG16}"


@pytest.mark.parametrize(("name", "content", "message"), [
    ("envs/torch.yaml", b"a: [b\n", "not valid YAML "),
    ("scripts/train.py", b"\x80", "not valid Python "),
    ("scripts/rotational_variance/figures/stds.py", b"x = (\n", "not valid Python "),
    ("scripts/rotational_variance/figures/global_bars.py", None, "missing; figures/catalogue.py lists the figure global,"),
    ("report/figures/stds.rst", None, "missing; figures/catalogue.py lists the figure stds,"),
])  # fmt: skip
def test_a_part_of_the_workflow_that_is_damaged_or_missing_is_named(tmp_path, name, content, message):
    workflow = shutil.copytree(WORKFLOW, tmp_path / "workflow", ignore=shutil.ignore_patterns("__pycache__"))
    check_code(workflow)
    workflow = shutil.copytree(workflow, tmp_path / "other")  # what was read is not read again
    (workflow / name).unlink() if content is None else (workflow / name).write_bytes(content)
    with pytest.raises(ConfigError, match=rf"^{re.escape(str(workflow / name))}: {message}"):
        check_code(workflow)
