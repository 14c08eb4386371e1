"""Another workflow uses this one as a module, once for each study."""

import re

import h5py
import pytest
import yaml

from helpers.dry_runs import read_plan, snakemake
from helpers.projects import PROJECT, TINY, files_of
from helpers.tiny_data import tiny_images, write_zip
from rv_study.dataset_places import claim, own_datasets
from rv_study.errors import ConfigError
from rv_study.kept_store import Store

CONFIG = f"""
import yaml
from snakemake.utils import update_config

def study(overlay):
    config = {{}}
    for path in ({str(PROJECT / "config/config.yaml")!r}, {str(TINY)!r}, overlay):
        with open(path) as file:
            update_config(config, yaml.safe_load(file))
    return config
"""
ZIP, OTHER = ({"source": "images", "path": name} for name in ("tiny.zip", "other.zip"))


class Outer:
    """A workflow of several studies, each the tiny one with what `overlay` changes."""

    def __init__(self, folder):
        self.folder, self.lines = folder, CONFIG
        write_zip(folder / "tiny.zip", tiny_images())
        write_zip(folder / "other.zip", tiny_images(5, 3))

    def add(self, module, overlay, *lines):
        overlay.setdefault("study", {})["models"] = ["simple_conv"]
        (self.folder / f"{module}.yaml").write_text(yaml.safe_dump(overlay))
        self.lines += (
            f"\nmodule {module}:\n    snakefile: {str(PROJECT / 'workflow/Snakefile')!r}\n"
            f"    config: study('{module}.yaml')\n"
            f"{''.join(lines)}\nuse rule * from {module} as {module}_*\n"
        )

    def snakemake(self, *arguments):
        (self.folder / "Snakefile").write_text(self.lines)
        return snakemake(self.folder, "--cores", "1", *arguments)


@pytest.fixture
def outer(tmp_path):
    return Outer(tmp_path)


def test_studies_of_one_workflow_share_a_dataset_of_one_source(outer):
    for name in ("one", "two", "three"):
        outer.add(name, {"study": {"name": name}})
    code, text = outer.snakemake(
        "-n", *(f"results/{name}/plots/simple_conv_tiny.png" for name in ("one", "two", "three"))
    )
    assert code == 0, text
    counts = dict(re.findall(r"^(\w+_dataset) +(\d+)$", text, flags=re.MULTILINE))
    assert counts == {"one_dataset": "1"}


@pytest.mark.long
def test_a_study_lies_where_the_workflow_that_uses_it_says(outer):
    outer.add("one", {"study": {"name": "one"}}, "    prefix: 'inner'\n")
    outer.add("two", {}, "    pathvars:\n        results='elsewhere'\n")
    targets = ["inner/results/one/plots/simple_conv_tiny.png", "elsewhere/plots/simple_conv_tiny.png"]
    code, text = outer.snakemake("-n", *targets)
    assert code == 0, text
    assert dict(re.findall(r"^(\w+_(?:dataset|train)) +(\d+)$", text, flags=re.MULTILINE)) == {
        "one_dataset": "1", "one_train": "2", "two_dataset": "1", "two_train": "2",
    }  # fmt: skip


def test_the_lines_of_the_readme_use_it_as_a_module(tmp_path):
    (lines,) = re.findall(r"```python\n(import yaml\n.*?)```", (PROJECT / "README.md").read_text(), flags=re.DOTALL)
    (tmp_path / "Snakefile").write_text(lines.replace("path/to/rotational-variance", str(PROJECT)))
    code, text = snakemake(tmp_path, "-n", "--cores", "1")
    assert code == 0, text
    assert re.search(r"^variance_measure +2$", text, flags=re.MULTILINE)
    assert snakemake(tmp_path, "-n", "--cores", "1", "results/mine/plots/simple_conv_digits.png")[0] == 0


@pytest.mark.long
def test_two_studies_of_one_workflow_are_each_complete_and_keep_in_one_place(outer):
    for name in ("one", "two"):
        outer.add(name, {"study": {"name": name}})
    outer.lines += "\nrule everything:\n    default_target: True\n    input: rules.one_all.input, rules.two_all.input\n"
    for _ in range(2):
        code, text = outer.snakemake()
        assert code == 0, text
    assert "Nothing to be done" in text
    results = outer.folder / "results"
    one, two = (files_of(results / name, "logs", "benchmarks") for name in ("one", "two"))
    assert len([name for name in one if name.startswith("plots/")]) > 15
    assert set(one) == set(two)
    assert {name for name in one if one[name] != two[name]} == {"report.html"}  # which names its study
    assert b"study one" in one["report.html"]
    assert [path.relative_to(results).as_posix() for path in results.rglob("datasets/*.h5")] == ["datasets/tiny.h5"]
    assert len(list(Store(results / ".kept").entries())) == 4
    for hook in ("onstart", "onsuccess"):
        outer.lines += f"\n{hook}:\n    print('an {hook} below the modules')\n"
    run = "simple_conv_tiny_rotated_seed0"
    code, text = outer.snakemake(f"results/one/checkpoints/{run}.pt", "--forcerun", "one_train")
    assert code == 0, text
    assert "an onstart below the modules\n" in text
    assert "an onsuccess below the modules\n" in text
    assert re.search(rf"^Done in .*: results/one/checkpoints/{run}.pt$", text, flags=re.MULTILINE)
    assert f"1 finished training is about to be run again:\n    asked for: {run}\n" in text
    assert "taken from" not in text


@pytest.mark.long
def test_studies_of_one_workflow_have_each_the_dataset_of_its_source(outer):
    outer.add("one", {"study": {"name": "one"}})
    outer.add("two", {"study": {"name": "two"}, "datasets": {"tiny": {"path": "other.zip"}}})
    code, text = outer.snakemake("results/datasets/tiny.h5", "results/two/datasets/tiny.h5")
    assert code == 0, text
    n_images = [len(h5py.File(outer.folder / f"results{own}/datasets/tiny.h5")["test/labels"]) for own in ("", "/two")]
    assert n_images == [40, 30]
    _, text = outer.snakemake("-n", "results/one/report.html", "results/two/report.html")
    assert not [job for job in read_plan(text).jobs if "dataset" in job]


@pytest.mark.long
def test_two_sources_of_one_file_are_refused(outer):
    outer.add("one", {"study": {"name": "one"}})
    outer.add("two", {"datasets": {"tiny": {"path": "other.zip"}}})
    code, text = outer.snakemake("-n", "results/datasets/tiny.h5")
    assert code != 0
    message = "config: datasets.tiny: another study of this workflow makes results/datasets/tiny.h5 from another source"
    assert f"\n{message}; give the dataset or this study another name\n" in text
    assert "Traceback" not in text


def test_what_another_study_is_about_to_make_is_no_longer_free(tmp_path):
    claims = {}
    claim(claims, {"tiny": tmp_path / "tiny.h5"}, {"tiny": ZIP})
    claim(claims, {"tiny": tmp_path / "tiny.h5"}, {"tiny": ZIP | {"root": "/data"}})
    assert own_datasets({"tiny": ZIP}, {}, tmp_path, claims) == []
    assert own_datasets({"tiny": OTHER}, {}, tmp_path, claims) == ["tiny"]
    assert own_datasets({"tiny": OTHER}, {"datasets": {"tiny": OTHER}}, tmp_path, claims) == ["tiny"]
    assert own_datasets({"tiny": OTHER}, {}, tmp_path / "elsewhere", claims) == []
    with pytest.raises(ConfigError, match=r"datasets\.tiny: another study of this workflow makes "):
        claim(claims, {"tiny": tmp_path / "tiny.h5"}, {"tiny": OTHER})
