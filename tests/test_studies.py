"""Studies side by side: each in a folder of its own, with the datasets made once for all."""

import re
import shutil
from pathlib import Path

import pytest

from helpers.dry_runs import read_plan, snakemake
from helpers.one_run import STEM
from helpers.projects import TINY, files_of
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
    ("results/demo/datasets/digits.h5", "demo", "datasets are made once for all studies: results/datasets/digits.h5"),
    ("results/datasets/mine.h5", "demo", "is of another source (or size, or fit, ...) than in this config, whose dataset is results/demo/datasets/mine.h5"),
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


@pytest.mark.parametrize("option", ["--report", "--cleanup-metadata"])
def test_paths_that_are_no_targets_are_left_alone(option):
    targets.check(["snakemake", option, "results/report.html"], Path("results"), "demo", [])


def test_an_absolute_path_is_answered_with_the_relative_one():
    path = str(Path("results/demo/report.html").absolute())
    with pytest.raises(ConfigError, match=r"by its relative path only, results/demo/report\.html$"):
        targets.check([path], Path("results"), "demo", [])


def test_snakemake_gives_that_answer_without_a_traceback(project):
    target = "results/plots/resnet_digits.png"
    code, text = snakemake(project.folder, "-n", target, *DEMO)
    assert code != 0
    (line,) = [line for line in text.splitlines() if line.startswith(f"{target}: the study of this config ")]
    assert line.endswith(" is results/demo/plots/resnet_digits.png")
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
    other = [*DEMO, "--config", "datasets={digits: {size: 20}}"]
    assert project.planned("results/demo/datasets/digits.h5", *other) == {"dataset": 1}
    _, text = snakemake(project.folder, "-n", "results/datasets/digits.h5", *other)
    assert "whose dataset is results/demo/datasets/digits.h5" in text


# ---- real studies


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
