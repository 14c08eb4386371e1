"""A dataset of another source, laid on one of the same name, replaces it; all else is merged key by key."""

import copy
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.utils import update_config

from helpers.tiny_data import tiny_images, write_folder
from rv_study.overlays import list_overlays, replace_sources

MNIST = {"source": "torchvision", "name": "MNIST", "root": "resources"}
IMAGES = {"source": "images", "path": "mine"}
DIGITS = {"source": "scikit-learn", "name": "digits", "size": 28}


def merge(*entries):
    """Return the entry of dataset `a` that these make, each laid on the one before."""
    layers = [{"datasets": {"a": entry, "b": MNIST}} if entry else {} for entry in entries]
    before = copy.deepcopy(layers)
    config = {"study": {}}
    for layer in layers:
        update_config(config, copy.deepcopy(layer))
    replace_sources(config, layers)
    assert layers == before
    assert config["datasets"]["b"] == MNIST
    return config["datasets"]["a"]


@pytest.mark.parametrize(("entries", "expected"), [
    ([MNIST], MNIST), ([MNIST, {"root": "/data"}], MNIST | {"root": "/data"}),
    ([MNIST, {"source": "torchvision", "name": "CIFAR10"}], MNIST | {"name": "CIFAR10"}),
    ([MNIST, IMAGES], IMAGES), ([MNIST, None, IMAGES], IMAGES),
    ([MNIST, IMAGES, {"size": 8}], IMAGES | {"size": 8}),
    ([MNIST, IMAGES | {"size": 8}, {"source": "images", "path": "other"}], {"source": "images", "path": "other", "size": 8}),
    ([MNIST, IMAGES, DIGITS], DIGITS), ([MNIST, IMAGES, MNIST], MNIST),
    ([MNIST, {"source": "torchvison"}], {"source": "torchvison"}),  # refused later, by its own name
    ([MNIST, {"path": "mine"}], MNIST | {"path": "mine"}),  # likewise
    ([None, IMAGES], IMAGES), ([MNIST, 3, IMAGES], IMAGES), ([MNIST, 3], 3),
])  # fmt: skip
def test_another_source_replaces_and_the_same_is_merged(entries, expected):
    assert merge(*entries) == expected


@pytest.mark.parametrize("config", [{"datasets": {"a": MNIST | IMAGES, "more": IMAGES}}, {}, {"datasets": [1]}])
def test_a_config_that_was_merged_elsewhere_is_left_alone(config):
    before = copy.deepcopy(config)
    replace_sources(config, [{"datasets": {"a": MNIST}}, {"datasets": {"a": IMAGES}}])
    assert config == before


def test_the_command_line_comes_after_files_and_may_replace_all(tmp_path):
    (tmp_path / "one.yaml").write_text("datasets: {}\n")
    settings = SimpleNamespace(configfiles=[tmp_path / "one.yaml"], config={"b": 2}, replace_workflow_config=False)
    assert list_overlays({"a": 1}, settings) == [{"a": 1}, {"datasets": {}}, {"b": 2}]
    settings.replace_workflow_config = True
    assert list_overlays({"a": 1}, settings) == [{"datasets": {}}, {"b": 2}]


@pytest.mark.long
def test_snakemake_makes_the_dataset_of_the_last_source(project):
    write_folder(project.folder / "mine", tiny_images(3, 2))
    for name, entry in (("mine", IMAGES), ("size", {"size": 9})):
        Path(project.folder, f"{name}.yaml").write_text(yaml.safe_dump({"datasets": {"cifar10": entry}}))
    named = ["results/x/datasets/cifar10.h5", "--configfile", "mine.yaml", "size.yaml", "--config", "study={name: x}"]
    done = project.snakemake(*named)
    assert done.returncode == 0, done.stdout
    source = yaml.safe_load((project.folder / "results/x/datasets/cifar10.source.json").read_text())
    assert source == IMAGES | {"size": 9}
    assert project.planned(*named) == {}
    digits = "datasets={cifar10: {source: scikit-learn, name: digits, size: 28, test_fraction: 0.2, split_seed: 0}}"
    assert project.planned(*named, digits) == {"dataset": 1}
