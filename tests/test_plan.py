"""What jobs cost, and what is said of it before they run."""

import json
import re
from dataclasses import asdict, replace
from unittest.mock import ANY

import h5py
import numpy as np
import pytest

from helpers.projects import TINY
from helpers.tiny_data import tiny_images, write_zip
from rv_study import plan
from rv_study.costs import Images, Work, measuring_work, training_work
from rv_study.errors import ConfigError
from rv_study.image_counts import count_images
from rv_study.network_costs import count_once, try_networks
from rv_study.plan import Cost, Job, Machine
from rv_study.run import Run
from test_fit import RECIPE

IMAGES = Images(n_channels=1, size=28, n_classes=10, n_train=1000, n_test=100)
TRAINING = {"epochs": 4, "history_samples": 30}
MEASUREMENT = {"n_samples": "all", "angles": 16}
NETWORK = {"name": "simple_conv", "n_channels": 1, "image_size": 28, "n_classes": 10, "width": 2, "hidden": 4}


def test_training_is_its_steps_and_the_tests_after_each_epoch():
    assert training_work(TRAINING, IMAGES) == Work(n_steps=4000, n_passes=2 * (3 * 30 + 100))
    assert training_work({"epochs": 4, "history_samples": "all"}, IMAGES) == Work(n_steps=4000, n_passes=2 * 400)
    assert training_work({"epochs": 4, "history_samples": 5000}, IMAGES) == Work(n_steps=4000, n_passes=2 * 400)
    assert training_work({"epochs": 0, "history_samples": 30}, IMAGES) == Work(n_passes=200)


def test_measuring_is_each_sample_at_each_angle():
    assert measuring_work(MEASUREMENT, IMAGES) == Work(n_measured=1600)
    assert measuring_work({"n_samples": 20, "angles": {"from": -45, "to": 45, "number": 3}}, IMAGES) == Work(
        n_measured=60
    )


def test_a_step_is_three_passes():
    work = Work(n_steps=10, n_passes=5, n_measured=2)
    assert work.flops(7) == 7 * 37
    assert work.seconds(step_s=2.0, pass_s=0.5, measured_s=1.5) == 25.5


def test_images_are_counted_by_their_file_or_else_by_their_source(tmp_path):
    source = {"source": "images", "path": "x"}
    file = tmp_path / "x.h5"
    assert count_images(file, source) is None
    assert count_images(file, {"source": "torchvision", "name": "CIFAR10"}) == Images(3, 32, 10, 50_000, 10_000)
    digits = {"source": "scikit-learn", "name": "digits", "size": 28, "test_fraction": 0.2, "split_seed": 0}
    assert count_images(file, digits) == Images(1, 28, 10, 1437, 360)  # as the demo says
    with h5py.File(file, "w") as stored:
        stored["train/images"], stored["test/images"] = np.zeros((7, 5, 5, 3)), np.zeros((2, 5, 5, 3))
        stored["class_names"] = ["a", "b"]
    assert count_images(file, source) == Images(3, 5, 2, 7, 2)
    file.write_bytes(b"damaged")
    assert count_images(file, source) is None


def test_costs_are_counted_once(tmp_path, monkeypatch):
    kept = tmp_path / ".network_costs.json"
    conv = (
        [28**2 * 2 * 9 * n for n in (1 * 2, 2 * 2)]
        + [14**2 * 2 * 9 * n for n in (2 * 4, 4 * 4)]
        + [7**2 * 2 * 9 * 4 * 8]
    )
    weights = sum(9 * i * o + o for i, o in ((1, 2), (2, 2), (2, 4), (4, 4), (4, 8))) + (8 * 49 + 1) * 4 + 5 * 10
    expected = {"flops": sum(conv) + 2 * (8 * 49 * 4 + 4 * 10), "parameter_bytes": 4 * weights, "sample_bytes": ANY} | {
        "n_units": 5 * 2 + 5 * 4 + 2 * 8 + 2 * 4 + 2 * 10  # convolutions, their ReLUs and poolings, linear layers
    }
    assert count_once([NETWORK, NETWORK], kept) == [expected, expected]
    assert list(json.loads(kept.read_text()).values()) == [expected]
    # At least each convolution's input, and each ReLU's output if it is not the same tensor.
    assert 4 * (28**2 * 5 + 14**2 * 8 + 49 * 8) <= count_once([NETWORK], kept)[0]["sample_bytes"] < 2**17
    monkeypatch.setattr("rv_study.network_costs.COUNTER", "no_such_module")
    assert count_once([NETWORK], kept) == [expected]
    with pytest.raises(ConfigError, match=r"the costs of networks cannot be counted: .*no_such_module"):
        count_once([NETWORK | {"width": 3}], kept)


@pytest.mark.long
def test_a_trial_takes_time():
    recipes = [RECIPE, replace(RECIPE, rotate=180), replace(RECIPE, optimizer="adam")]
    cost, of_rotated, other = try_networks([NETWORK] * 3, [asdict(recipe) for recipe in recipes], "cpu", 1)
    assert of_rotated is cost  # tried once
    assert other["step_s"] != cost["step_s"]
    assert cost["step_s"] > 0
    assert cost["pass_s"] > 0
    assert cost["measured_s"] > 0
    assert cost["flops"] > 0


def jobs(epochs, width=64, depth=50, **training):
    spec = {
        "model": {"width": width, "depth": depth},
        "training": TRAINING | {"epochs": epochs} | training,
        "measurement": MEASUREMENT,
    }
    return [Job("train", Run("resnet", "cifar10", "rotated", 0), spec)]


CIFAR10 = {"cifar10": Images(3, 32, 10, 50_000, 10_000)}


@pytest.fixture(scope="module")
def count(tmp_path_factory):
    kept = tmp_path_factory.mktemp("costs") / "x.json"
    return lambda jobs, images=CIFAR10: plan.count_work(jobs, images, kept)


def test_hours_of_work_are_announced(count):
    line = plan.announce(count(jobs(8)), [], 8, n_gpus=0)
    assert line.startswith("About 110 min of work begin, at 60 GFLOP/s on each of 8 cores (3.17 PFLOP);")
    assert "make plan" in line
    assert "\n" not in line
    assert plan.announce(count(jobs(8)), [], 64, n_gpus=0) == ""
    assert plan.announce(count([], {}), [], 8, n_gpus=0) == ""


def test_work_on_images_that_are_not_read_yet_is_said_to_be_unknown(count):
    not_known = (
        "the work on cifar10 takes is not known before its images are read: `snakemake --until dataset` reads them"
    )
    unread = count(jobs(8), {"cifar10": None})
    assert plan.announce(unread, ["cifar10"], 8, n_gpus=0) == f"How long {not_known}, then `make plan` says it."
    line = plan.announce(count(jobs(8)), ["cifar10"], 8, n_gpus=0)
    assert line.startswith("About 110 min of work begin")
    assert line.endswith(f"How much more {not_known}.")


def test_on_gpus_their_number_counts_not_that_of_cores(count):
    line = plan.announce(count(jobs(80)), [], 64, n_gpus=1)
    assert line.startswith("About 4.3 h of work begin, at 2 TFLOP/s on each GPU")
    assert plan.announce(count(jobs(80)), [], 1, n_gpus=8) == ""


def test_an_unfit_network_is_left_to_its_job(count):
    assert plan.announce(count(jobs(8, depth=17)), [], 1, n_gpus=0) == ""


def costs_of(*seconds, stage="train"):
    (job,) = jobs(1)
    return [Cost(replace(job, stage=stage), 1, each) for each in seconds]


def test_the_time_is_that_of_all_jobs_but_at_least_of_the_longest():
    one = {"train": 1, "measure": 1}
    costs = costs_of(1.0, 1.0, 4.0)
    assert Machine(2, one, n_tried=1).seconds(costs) == 4
    assert Machine(1, one, n_tried=1).seconds(costs) == 6
    assert Machine(4, one, n_tried=1).seconds([]) == 0
    assert Machine(2, one, n_tried=1).seconds(costs_of(3.0, 3.0) + costs_of(2.0, 2.0, stage="measure")) == 5


def test_jobs_of_more_threads_than_were_tried_take_less_time():
    four = {"train": 4, "measure": 1}
    costs = costs_of(8.0, 8.0)  # on two cores, all that there were
    assert Machine(2, four, n_tried=2).seconds(costs) == 16
    assert Machine(8, four, n_tried=2).seconds(costs) == 4  # two at once, each twice as fast
    assert Machine(2, four, n_tried=2, queue=100).seconds(costs) == 4  # no job is split
    measuring = costs_of(8.0, 8.0, stage="measure")
    assert Machine(2, four, n_tried=2).seconds(measuring) == 16  # two at once, on one core each


def test_each_gpu_has_one_job_at_once_however_many_cores_there_are():
    one = {"train": 1, "measure": 1}
    assert Machine(16, one, n_tried=1, n_gpus=1).seconds(costs_of(2.0, 2.0, 2.0)) == 6
    assert Machine(16, one, n_tried=1, n_gpus=2).seconds(costs_of(2.0, 2.0, 2.0, 2.0)) == 4
    assert Machine(1, one, n_tried=1, n_gpus=2).seconds(costs_of(2.0, 2.0)) == 4
    assert Machine(1, one, n_tried=1, n_gpus=1, queue=100).seconds(costs_of(2.0, 2.0)) == 2


def test_cheaper_presets_are_named_where_the_work_takes_long():
    one = {"train": 1, "measure": 1}
    (job,) = jobs(1)
    lines = plan._totals([Cost(job, 10**17, 1e6)], Machine(2, one, n_tried=1))
    assert lines[-1].startswith(
        "All four models once, trained for less: config/config.yaml 15.5 PFLOP, config/laptop.yaml"
    )
    assert "trained for less" not in "".join(plan._totals([Cost(job, 10**17, 10)], Machine(2, one, n_tried=1)))
    assert "config/config.yaml" not in plan._totals([Cost(job, 10**16, 1e6)], Machine(2, one, n_tried=1))[-1]


@pytest.mark.long
def test_the_plan_of_a_study_is_a_table_and_runs_nothing(project, monkeypatch):
    write_zip(project.folder / "tiny.zip", tiny_images())
    arguments = [
        "--cores",
        "2",
        "--nolock",
        "--quiet",
        "progress",
        "rules",
        "host",
        "reason",
        "--configfile",
        str(TINY),
    ]
    monkeypatch.setenv(plan.VARIABLE, "yes")
    text = made_plan(project, *arguments)
    assert "tiny: not counted, as its images are not read yet (snakemake --until dataset reads them)" in text
    assert not list((project.folder / "results").rglob("*.h5"))
    monkeypatch.delenv(plan.VARIABLE)
    made_plan(project, "results/datasets/tiny.h5", *arguments)
    monkeypatch.setenv(plan.VARIABLE, "yes")
    text = made_plan(project, "results/plots/resnet_tiny.png", *arguments)
    rows = [line.split() for line in text.splitlines() if line.startswith(("simple_conv", "resnet"))]
    assert [row[:4] for row in rows] == [["resnet", "tiny", training, "1"] for training in ("unrotated", "rotated")]
    assert re.search(r"^On this machine, by a trial of some seconds, on 2 of its cores: \d+ s, \d+ s of it", text, re.M)
    assert not list((project.folder / "results").rglob("*.pt"))


def made_plan(project, *arguments):
    done = project.snakemake(*arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout
