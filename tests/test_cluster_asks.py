"""What jobs ask a cluster for, and what is made of SLURM's answers; with made-up answers."""

import math
import os
from dataclasses import replace

import pytest

from rv_study.cluster import asks as module
from rv_study.cluster.asks import UNKNOWN, Asks
from rv_study.cluster.needs import measuring_need, training_need
from rv_study.cluster.slurm import (
    Partition,
    Settings,
    check_job,
    choose_partition,
    n_given_gpus,
    read_minutes,
    read_partitions,
    read_settings,
)
from rv_study.costs import Images, Work
from rv_study.errors import ConfigError
from rv_study.plan import Job
from rv_study.run import Run

IMAGES = Images(n_channels=3, size=32, n_classes=10, n_train=50_000, n_test=10_000)
COSTS = {
    "flops": 92_000_000,
    "parameter_bytes": 3_353_560,
    "sample_bytes": 4_781_608,
    "n_units": 17_456,
}  # resnet-50, width 12
WORK = Work(n_steps=400_000)
TRAIN, MEASURE = Run("resnet", "cifar10", "rotated", 0), Run("resnet", "other", "rotated", 0)
KNOWN = Run("resnet", "cifar10", "rotated", 1)
JOBS = [("train", TRAIN), ("measure", MEASURE), ("measure", KNOWN)]
SPEC = {
    "model": {"width": 12, "depth": 50},
    "training": {"epochs": 8, "batch_size": 256, "history_samples": 2000},
    "measurement": {"n_samples": "all", "angles": 16},
}
EXECUTION = {
    "device": "auto",
    "threads": {"train": 1, "measure": 1},
    "memory_mb": {"train": "auto", "measure": "auto"},
    "runtime_minutes": {"train": "auto", "measure": "auto"},
}
MAIN = Partition("main", is_default=True, minutes=None, memory_mb=500_000, has_gpus=False)


def need(batch_size=256, threads=1, on_gpu=False, work=WORK):
    return training_need(COSTS, work, IMAGES, batch_size=batch_size, threads=threads, on_gpu=on_gpu)


def test_training_gets_more_than_it_took():
    """Measured by `benchmark:` for this network: 2,616 MB; 76 minutes on a core that was shared."""
    assert 2616 * 1.2 + 600 < need().memory_mb < 2 * (2616 + 600)
    assert 76 * 1.2 < need().minutes < 76 * 4


def test_needs_follow_the_work_the_batch_and_the_threads():
    assert need(batch_size=512).memory_mb > need().memory_mb + 256 * COSTS["sample_bytes"] / 1e6
    assert need(threads=4).minutes < need().minutes / 2
    assert need(work=Work(n_steps=1)).minutes == 20
    assert need(on_gpu=True).minutes < need().minutes / 3
    assert need().memory_mb % 100 == need().minutes % 10 == 0


def test_measuring_needs_no_memory_for_steps():
    found = measuring_need(COSTS, Work(n_measured=160_000), IMAGES, n_angles=16, threads=1, on_gpu=False)
    assert 888 * 1.2 + 600 < found.memory_mb < need().memory_mb  # 888 MB were measured, and 28 minutes on a busy core
    assert 28 * 1.2 < found.minutes < 28 * 4


def test_measuring_needs_memory_for_angles_and_classes():
    def megabytes(n_angles, n_classes):
        images = replace(IMAGES, n_classes=n_classes)
        return measuring_need(COSTS, Work(), images, n_angles=n_angles, threads=1, on_gpu=False).memory_mb

    assert megabytes(16, 10) == megabytes(8, 10)  # which its least holds
    # Moments over samples: two aggregations of three float64 for each unit and angle, of a class and of all samples.
    assert megabytes(720, 10) > megabytes(360, 10) + 360 * COSTS["n_units"] * 2 * 3 * 8 * 2 / 1e6
    assert megabytes(16, 1000) > megabytes(16, 10) + 1000 * COSTS["n_units"] * 2 * 4 * 8 / 1e6


def make_asks(kept, **execution):
    jobs = {(stage, run.stem): Job(stage, run, SPEC) for stage, run in JOBS}
    return Asks(jobs, {"cifar10": IMAGES, "other": None}.get, EXECUTION | execution, kept / "costs.json")


@pytest.fixture
def counted(monkeypatch):
    """All networks cost the same; [how often they were counted]."""
    calls = []

    def count(networks, kept):
        calls.append(len(networks))
        return [COSTS for _ in networks]

    monkeypatch.setattr(module, "count_once", count)
    return calls


def test_memory_and_time_grow_with_each_attempt(tmp_path, counted):
    asks = make_asks(tmp_path)
    memory = [asks.memory_mb("train", TRAIN.stem, attempt, MAIN) for attempt in (1, 2, 3)]
    minutes = [asks.minutes("train", TRAIN.stem, attempt, MAIN) for attempt in (1, 2, 3)]
    assert memory == [memory[0], int(1.5 * memory[0]), 2 * memory[0]]
    assert minutes == [minutes[0], 2 * minutes[0], 3 * minutes[0]]
    assert counted == [1]


def test_no_more_is_asked_for_than_there_is_but_what_is_needed(tmp_path, counted):
    """A job that needs more memory than there is, SLURM refuses before any is submitted."""
    need = make_asks(tmp_path).memory_mb("train", TRAIN.stem, 1, None)
    small, large = (
        Partition("x", is_default=True, minutes=30, memory_mb=memory, has_gpus=False) for memory in (1000, need + 99)
    )
    asks = make_asks(tmp_path)
    assert [asks.memory_mb("train", TRAIN.stem, attempt, large) for attempt in (1, 2, 3)] == [
        need,
        need + 99,
        need + 99,
    ]
    assert [asks.memory_mb("train", TRAIN.stem, attempt, small) for attempt in (1, 2)] == [need, need]
    assert asks.minutes("train", TRAIN.stem, 1, small) == 30
    assert asks.minutes("train", TRAIN.stem, 1, MAIN) > 30
    said = make_asks(tmp_path, runtime_minutes={"train": 77, "measure": "auto"})
    assert [said.minutes("train", TRAIN.stem, attempt, small) for attempt in (1, 2)] == [77, 77]


def test_a_measurement_is_cut_by_no_more_than_its_room_to_spare(tmp_path, counted):
    """It would begin anew with each attempt; one that needs more, SLURM refuses. A guess is cut like all."""
    asks = make_asks(tmp_path)
    need = asks.minutes("measure", KNOWN.stem, 1, None)
    limits = [int(share * need) for share in (2, 0.75, 0.25)]
    partitions = [Partition("x", is_default=True, minutes=limit, memory_mb=10**6, has_gpus=False) for limit in limits]
    found = [asks.minutes("measure", KNOWN.stem, 2, partition) for partition in partitions]
    assert found == [2 * need, limits[1], need // 2]
    assert asks.minutes("measure", MEASURE.stem, 1, replace(partitions[0], minutes=60)) == 60


def test_what_is_needed_is_known_once_the_images_are(tmp_path):
    asks = make_asks(tmp_path)
    assert asks.is_known("train", TRAIN.stem)
    assert not asks.is_known("measure", MEASURE.stem)


def test_what_the_config_says_counts(tmp_path, counted):
    asks = make_asks(
        tmp_path, memory_mb={"train": 3000, "measure": "auto"}, runtime_minutes={"train": 77, "measure": 5}
    )
    assert asks.memory_mb("train", TRAIN.stem, 1, MAIN) == 3000
    assert asks.minutes("train", TRAIN.stem, 2, MAIN) == 154
    assert counted == []


def test_images_that_are_not_read_yet_leave_it_open(tmp_path, counted):
    asks = make_asks(tmp_path)
    assert asks.memory_mb("measure", MEASURE.stem, 1, None) == UNKNOWN["measure"].memory_mb
    assert asks.minutes("measure", MEASURE.stem, 1, None) == UNKNOWN["measure"].minutes


def test_a_network_that_cannot_be_counted_leaves_it_open(tmp_path, monkeypatch):
    def fail(networks, kept):
        raise ConfigError("no torch")

    monkeypatch.setattr(module, "count_once", fail)
    assert make_asks(tmp_path).memory_mb("train", TRAIN.stem, 1, None) == UNKNOWN["train"].memory_mb


@pytest.mark.parametrize(("device", "partition_has", "torch_has", "expected"), [
    ("auto", True, True, 1), ("auto", True, False, 0), ("auto", False, True, 0), ("cuda", False, True, 1),
    ("gpu", True, True, 1), ("cpu", True, True, 0),
])  # fmt: skip
def test_a_gpu_is_asked_for_where_one_would_be_used(tmp_path, monkeypatch, device, partition_has, torch_has, expected):
    monkeypatch.setattr(module, "torch_has_cuda", lambda: torch_has)
    partition = Partition("x", is_default=True, minutes=None, memory_mb=1, has_gpus=partition_has)
    assert make_asks(tmp_path, device=device).n_gpus(partition) == expected


def test_elsewhere_than_on_slurm_a_gpu_is_asked_for_by_name(tmp_path):
    assert make_asks(tmp_path).n_gpus(None) == 0
    assert make_asks(tmp_path, device="cuda").n_gpus(None) == 1


@pytest.mark.parametrize(("limit", "minutes"), [
    ("2:00:00", 120), ("30:00", 30), ("1-00:00:00", 1440), ("7-12:30:00", 7 * 1440 + 750), ("infinite", None),
    ("n/a", None), ("UNLIMITED", None),
])  # fmt: skip
def test_time_limits_are_read(limit, minutes):
    assert read_minutes(limit) == minutes


@pytest.fixture
def program(monkeypatch, tmp_path):
    """Return a function that puts a program there, which says so."""

    def install(name, *, out="", err="", status=0):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\ncat <<'END'\n{out}\nEND\ncat >&2 <<'END'\n{err}\nEND\nexit {status}\n")
        path.chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return install


def test_partitions_are_those_of_sinfo(program):
    program("sinfo", out="main*|2:00:00|4000|(null)\nmain*|2:00:00|250000+|gpu:a100:4(S:0-1)\nlong|infinite|9|\n?")
    assert read_partitions() == [
        Partition("main", is_default=True, minutes=120, memory_mb=250_000, has_gpus=True),
        Partition("long", is_default=False, minutes=None, memory_mb=9, has_gpus=False),
    ]


def test_a_controller_that_does_not_answer_is_one_line(program):
    program("sinfo", err="slurm_load_partitions: Unable to contact\n slurm controller", status=1)
    with pytest.raises(
        ConfigError, match=r"^sinfo: slurm_load_partitions: Unable to contact slurm controller; is SLURM's"
    ):
        read_partitions()


def test_a_machine_without_slurm_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"^sinfo: not found; run this where jobs are submitted to SLURM"):
        read_partitions()


def test_jobs_go_to_the_partition_that_is_wanted_or_to_the_default():
    other = Partition("other", is_default=False, minutes=None, memory_mb=1, has_gpus=False)
    assert choose_partition([other, MAIN], None) == MAIN
    assert choose_partition([other, MAIN], "other") == other
    assert choose_partition([other, MAIN], "other,unknown") is None
    with pytest.raises(
        ConfigError, match="SLURM has no default partition: say which of other to use, by --default-res"
    ):
        choose_partition([other], None)


@pytest.mark.parametrize(("storage", "expected"), [
    ("accounting_storage/none", False), ("(null)", False), ("accounting_storage/slurmdbd", True),
])  # fmt: skip
def test_how_slurm_tells_of_ends_is_what_the_controller_says(program, storage, expected):
    program("scontrol", out=f"MinJobAge               = 45 sec\nAccountingStorageType   = {storage}")
    assert read_settings() == Settings(keeps_accounts=expected, remembers_s=45)


def test_an_age_of_nothing_is_for_ever(program):
    program("scontrol", out="MinJobAge = 0 sec")
    assert read_settings().remembers_s == math.inf


def test_of_several_partitions_what_all_of_them_have_counts():
    gpus = Partition("gpus", is_default=False, minutes=60, memory_mb=9, has_gpus=True)
    both = choose_partition([MAIN, gpus], "main, gpus")
    assert (both.minutes, both.memory_mb, both.has_gpus) == (60, 9, False)
    assert choose_partition([MAIN, gpus], "gpus,gpus").has_gpus


@pytest.mark.parametrize(("said", "advice"), [
    ("sbatch: error: Invalid account or account/partition combination specified", "slurm_account="),
    ("sbatch: error: invalid partition specified: x", "slurm_partition="),
    ("sbatch: error: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)", "exceeds a limit"),
    ("allocation failure: More processors requested than permitted", "execution.threads"),
    ("allocation failure: Requested time limit is invalid (missing or exceeds some limit)", "runtime_minutes"),
    ("allocation failure: Requested node configuration is not available", "threads and execution.memory_mb"),
    ("allocation failure: Invalid qos specification", "qos="),
    ("sbatch: error: Memory specification can not be satisfied", "memory_mb"),
    ("allocation failure: anything else", "docs/cluster.md"),
])  # fmt: skip
def test_what_slurm_would_refuse_is_one_line_with_advice(program, said, advice):
    program("sbatch", err=said, status=1)
    with pytest.raises(ConfigError) as caught:
        check_job("train x", ["--mem=9"])
    text = str(caught.value)
    assert text.startswith("SLURM would not take the job train x (--mem=9): ")
    assert advice in text.rpartition(";")[2]
    assert "error:" not in text
    assert "\n" not in text


def test_a_job_that_slurm_would_take_is_none(program):
    program("sbatch", err="sbatch: Job 4 to start at 2026-11-29T12:42:22 using 1 processors")
    check_job("train x", ["--mem=9"])


@pytest.mark.parametrize(
    ("variable", "expected"), [("SLURM_GPUS", 1), ("SLURM_JOB_GPUS", 1), ("CUDA_VISIBLE_DEVICES", 0)]
)
def test_what_slurm_gave_counts_not_what_is_visible(monkeypatch, variable, expected):
    for name in ("SLURM_GPUS", "SLURM_JOB_GPUS", "SLURM_STEP_GPUS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "0")
    assert n_given_gpus() == expected
