"""Studies side by side: each in a folder of its own, with the datasets made once for all."""

import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from helpers.dry_runs import read_plan, snakemake
from helpers.one_run import STEM
from helpers.projects import PROJECT, TINY
from helpers.tiny_data import tiny_images, write_zip
from rv_study import targets
from rv_study.dataset_places import own_datasets, source_file, write_source
from rv_study.errors import ConfigError
from rv_study.results import study_folder

DEMO = ["--configfile", "config/demo.yaml"]
SECOND = "study={name: second, models: [simple_conv], trainings: [rotated]}"


def test_only_a_study_with_a_name_has_a_folder_of_its_own():
    assert study_folder("demo") == "<results>/demo"
    assert study_folder(None) == study_folder("") == "<results>"


# ---- targets


@pytest.mark.parametrize(("target", "name", "answer"), [
    ("results/plots/resnet_digits.png", "demo", "is named demo, so the file is results/demo/plots/resnet_digits.png"),
    ("results/plots/x.png", "demo", "is named demo, so the file is results/demo/plots/x.png"),
    ("results/demo/plots/x.png", None, "and the same file of this one is results/plots/x.png"),
    ("./results/report.html", "demo", "is named demo, so the file is results/demo/report.html"),
    ("results/demo/../tables/layers.csv", "demo", "is named demo, so the file is results/demo/tables/layers.csv"),
    ("results/plots/models/digits/depth.png", "demo", "so the file is results/demo/plots/models/digits/depth.png"),
    ("results/demo/plots/resnet_digits.png", None, "has no name; that of demo needs its own --configfile, and the same file of this one is results/plots/resnet_digits.png"),
    (f"results/demo/variance/{STEM}.h5", "paper", f"is named paper; that of demo needs its own --configfile, and the same file of this one is results/paper/variance/{STEM}.h5"),
    ("results/demo/datasets/digits.h5", "demo", "this dataset of the study lies elsewhere: results/datasets/digits.h5"),
    ("results/datasets/mine.h5", "demo", "this dataset of the study lies elsewhere: results/demo/datasets/mine.h5"),
])  # fmt: skip
def test_a_target_in_another_place_is_answered_with_the_right_path(target, name, answer):
    with pytest.raises(ConfigError, match=rf"^{re.escape(target)}: .*{re.escape(answer)}$"):
        targets.check(["snakemake", target, "-n"], Path("results"), name, ["mine"])


@pytest.mark.parametrize(("target", "name"), [
    ("results/plots/resnet_digits.png", None), ("results/demo/plots/resnet_digits.png", "demo"),
    ("results/datasets/digits.h5", "demo"), ("results/demo/datasets/mine.h5", "demo"), ("results/layers/a_b.md", "demo"),
    ("results", "demo"), ("results/", None), ("", None), (".", None), ("all", "demo"), ("plots/a_b.png", "demo"),
    ("../results/plots/a_b.png", "demo"), ("results/mine/summary.csv", None), ("results/tables/mine.csv", "demo"),
    ("--cores", None), ("study={name: x}", "demo"),
])  # fmt: skip
def test_other_arguments_are_left_alone(target, name):
    targets.check(["snakemake", target], Path("results"), name, ["mine"])


def test_the_file_of_snakemakes_own_report_is_no_target():
    targets.check(["snakemake", "--report", "results/report.html"], Path("results"), "demo", [])


@pytest.mark.parametrize(("arguments", "answer"), [
    (["results/plots/resnet_digits.png", *DEMO], "results/demo/plots/resnet_digits.png"),
    (["results/paper/report.html"], "results/report.html"),
])  # fmt: skip
def test_snakemake_gives_that_answer_without_a_traceback(project, arguments, answer):
    code, text = snakemake(project.folder, "-n", *arguments)
    assert code != 0
    (line,) = [line for line in text.splitlines() if line.startswith(f"{arguments[0]}: the study of this config ")]
    assert line.endswith(f" is {answer}")
    assert "Traceback" not in text


# ---- datasets


MNIST = {"source": "torchvision", "name": "MNIST", "root": "resources"}
MINE = {"source": "images", "path": "mine.zip"}
BASE = {"datasets": {"mnist": MNIST}}


def test_a_dataset_of_the_project_is_shared_wherever_it_is_downloaded_to(tmp_path):
    assert own_datasets({"mnist": MNIST | {"root": "/data"}}, BASE, tmp_path) == []
    assert own_datasets({"mnist": MNIST | {"name": "FashionMNIST"}}, BASE, tmp_path) == ["mnist"]
    assert own_datasets({"mnist": MINE}, BASE, tmp_path) == ["mnist"]


def test_a_dataset_of_the_users_own_is_shared_by_those_of_the_same_source(tmp_path):
    assert own_datasets({"mine": MINE}, BASE, tmp_path) == []
    write_source(tmp_path / "mine.h5", MINE | {"root": "elsewhere"})
    assert own_datasets({"mine": MINE | {"size": 9}}, BASE, tmp_path) == []  # the other one has not been made
    (tmp_path / "mine.h5").touch()
    assert own_datasets({"mine": MINE | {"path": "./mine.zip"}}, BASE, tmp_path) == []
    assert own_datasets({"mine": MINE | {"size": 9}}, BASE, tmp_path) == ["mine"]
    assert own_datasets({"mine": MINE | {"path": "other.zip"}, "mnist": MNIST}, BASE, tmp_path) == ["mine"]


@pytest.mark.parametrize("content", [None, "", "{", "[1]"])
def test_a_dataset_of_an_unknown_source_is_not_replaced(tmp_path, content):
    (tmp_path / "mine.h5").touch()
    if content is not None:
        source_file(tmp_path / "mine.h5").write_text(content)
    assert own_datasets({"mine": MINE}, {}, tmp_path) == ["mine"]


@pytest.mark.parametrize("base", [None, {}, [], {"datasets": ["a"]}, {"datasets": {"mine": "a.csv"}}, {"samples": 3}])
def test_the_config_of_another_workflow_says_nothing_of_datasets(tmp_path, base):
    assert own_datasets({"mine": MINE}, base, tmp_path) == []


def test_a_changed_dataset_of_a_named_study_lies_in_its_own_folder(project):
    assert project.planned("results/datasets/digits.h5", *DEMO) == {"dataset": 1}
    other = [*DEMO, "--config", "datasets={digits: {size: 20}}"]
    assert project.planned("results/demo/datasets/digits.h5", *other) == {"dataset": 1}
    assert project.planned("results/datasets/digits.h5", "--config", "datasets={digits: {size: 20}}") == {"dataset": 1}
    _, text = snakemake(project.folder, "-n", "results/datasets/digits.h5", *other)
    assert "this dataset of the study lies elsewhere: results/demo/datasets/digits.h5" in text


# ---- real studies


def files_of(folder, *left_out):
    files = [
        path for path in folder.rglob("*") if path.is_file() and not {*left_out} & {*path.relative_to(folder).parts}
    ]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_second_study_lies_beside_the_first_and_takes_what_is_the_same(tiny_study, tmp_path):
    folder = shutil.copytree(tiny_study, tmp_path / "copy")
    before = files_of(folder / "results", ".kept")
    targets_of_second = [f"results/second/variance/{STEM}.h5"]
    arguments = [*targets_of_second, "--cores", "2", "--configfile", str(TINY), "--config", SECOND]
    code, text = snakemake(folder, *arguments)
    assert code == 0, text
    assert read_plan(text).jobs == {f"train {STEM}", f"measure {STEM}"}  # the dataset is made
    assert text.count(": taken from results/.kept/") == 2
    after = files_of(folder / "results", ".kept", "second")
    assert after == before
    second = files_of(folder / "results/second", "logs", "benchmarks")
    assert second == {
        name: before[name] for name in (f"checkpoints/{STEM}.pt", f"checkpoints/{STEM}.csv", f"variance/{STEM}.h5")
    }
    assert snakemake(folder, *arguments)[1].count("Nothing to be done") == 1
    code, text = snakemake(folder, "-n", "--configfile", str(TINY))
    assert "Nothing to be done" in text


def test_a_folder_of_a_study_that_is_a_file_is_one_line(project):
    (project.folder / "results").mkdir()
    (project.folder / "results/demo").touch()
    code, text = snakemake(project.folder, "-n", *DEMO)
    assert code != 0
    assert f"\n{project.folder}/results/demo: is a file, but has to be a folder; move it away\n" in text
    assert project.planned("results/plots/resnet_mnist.png")


def as_modules(folder, *names):
    """Write a Snakefile that uses the workflow once for each name of a study, without its own folder of results."""
    lines = ["import yaml", "from snakemake.utils import update_config", f"project = {str(PROJECT)!r}"]
    for name, extra in names:
        overlay = (
            {"study": {"name": name, "models": ["simple_conv"]}} if name else {"study": {"models": ["simple_conv"]}}
        )
        lines += [
            f"{name}_config = yaml.safe_load(open(f'{{project}}/config/config.yaml'))",
            f"update_config({name}_config, yaml.safe_load(open({str(TINY)!r})))",
            f"update_config({name}_config, {json.dumps(overlay)})",
            f"module {name}:", "    snakefile: f'{project}/workflow/Snakefile'", f"    config: {name}_config", *extra,
            f"use rule * from {name} as {name}_*",
        ]  # fmt: skip
    everything = ", ".join(f"rules.{name}_all.input" for name, _ in names)
    lines += ["rule everything:", "    default_target: True", f"    input: {everything}"]
    (folder / "Snakefile").write_text("\n".join([*lines, ""]))
    write_zip(folder / "tiny.zip", tiny_images())


OF_ONE_MODEL = {"dataset": 1, "train": 2, "measure": 2, "plot": 1, "plot_models": 1, "tables": 1, "report": 1, "all": 1}


def test_one_workflow_uses_this_one_for_two_studies(tmp_path):
    as_modules(
        tmp_path, ("first", ["    prefix: 'inner'"]), ("second", ["    pathvars:", "        results='elsewhere'"])
    )
    code, text = snakemake(tmp_path, "-n", "--cores", "1")
    assert code == 0, text
    table = dict(re.findall(r"^(\w+) +(\d+)$", text.partition("Job stats:")[2], flags=re.MULTILINE))
    jobs = {name: int(n) for name, n in table.items() if name not in ("everything", "total", "count")}
    once = {name: n for name, n in OF_ONE_MODEL.items() if name != "all"}
    assert jobs == {f"{study}_{rule}": n for study in ("first", "second") for rule, n in once.items()}
    for place in ("inner/results/first/plots/simple_conv_tiny.png", "elsewhere/second/plots/simple_conv_tiny.png"):
        assert snakemake(tmp_path, "-n", "--cores", "1", place)[0] == 0


def test_the_lines_of_the_readme_use_it_as_a_module(tmp_path):
    (lines,) = re.findall(r"```python\n(import yaml\n.*?)```", (PROJECT / "README.md").read_text(), flags=re.DOTALL)
    (tmp_path / "Snakefile").write_text(lines.replace("path/to/rotational-variance", str(PROJECT)))
    code, text = snakemake(tmp_path, "-n", "--cores", "1")
    assert code == 0, text
    assert re.search(r"^variance_measure +2$", text, flags=re.MULTILINE)
    assert snakemake(tmp_path, "-n", "--cores", "1", "results/mine/plots/simple_conv_digits.png")[0] == 0


@pytest.mark.long
def test_two_studies_of_one_workflow_are_each_complete(tmp_path):
    as_modules(tmp_path, ("first", []), ("second", []))
    for _ in range(2):
        code, text = snakemake(tmp_path, "--cores", "2")
        assert code == 0, text
    assert "Nothing to be done" in text
    first, second = (files_of(tmp_path / f"results/{name}", "logs", "benchmarks") for name in ("first", "second"))
    assert Counter(name.partition("/")[0] for name in first)["plots"] > 15
    assert set(first) == set(second)
    assert {name for name in first if first[name] != second[name]} == {"report.html"}  # which names its study
    assert b"study first" in first["report.html"]
    assert [path.name for path in (tmp_path / "results/datasets").iterdir() if path.suffix == ".h5"] == ["tiny.h5"]
    datasets = (tmp_path / "results").rglob("datasets")
    assert [os.path.relpath(path, tmp_path) for path in datasets] == ["results/datasets"]
