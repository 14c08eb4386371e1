"""What the jobs that would run cost: operations, and hours on this machine and on others."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rv_study.costs import Images, Work, measuring_work, training_work
from rv_study.durations import in_words
from rv_study.errors import ConfigError
from rv_study.network_costs import count_once, try_networks
from rv_study.run import Run

VARIABLE = "ROTATIONAL_VARIANCE_PLAN"
# Reached in training by narrow networks in float32: docs/training.md. For the line before a long run, without a trial.
CORE_FLOPS = 6e10
# NVIDIA's data sheet of the H100 (SXM): 67 TFLOP/s in float32. We take a third of it, which was not measured.
GPU, GPU_FLOPS = "one NVIDIA H100, at a third of its published 67 TFLOP/s", 67e12 / 3
QUEUE = 100  # jobs of a cluster, as in profiles/slurm
LAPTOP, LAPTOP_FLOPS = "config/laptop.yaml", 1.19e15  # of training steps, which a test counts
LONG_HOURS, SHORT_ENOUGH_HOURS = 1.0, 8.0
SECONDS = ("step_s", "pass_s", "measured_s")  # that a trial finds
MIN_PASSES = 20_000  # fewer forward passes take no hour, whatever the network, and are not worth counting


@dataclass(frozen=True)
class Job:
    """A job that would run: its stage (train or measure), its run and the numbers of that."""

    stage: str
    run: Run
    spec: Mapping[str, dict]

    @property
    def name(self) -> str:
        """What the job calls itself."""
        return f"{self.stage} {self.run.stem}"

    def work(self, images: Images) -> Work:
        """Return its work on these images."""
        if self.stage == "train":
            return training_work(self.spec["training"], images)
        return measuring_work(self.spec["measurement"], images)

    def network(self, images: Images) -> dict:
        """Return the arguments of `models.build` for its network."""
        shape = {"n_channels": images.n_channels, "image_size": images.size, "n_classes": images.n_classes}
        return {"name": self.run.model, **shape, **self.spec["model"]}


@dataclass(frozen=True)
class Cost:
    """What a job costs: operations, and seconds on this machine."""

    job: Job
    flops: int
    seconds: float


def is_asked_for() -> bool:
    """Tell whether this command is to say what it would run, and to run nothing."""
    return bool(os.environ.get(VARIABLE))


def plan(
    jobs: Iterable[Job], images: Mapping[str, Images | None], *, device: str, threads: Mapping[str, int], n_cores: int
) -> str:
    """Return a table of the jobs and their costs, and the hours of all.

    images   of each dataset; None if only reading them would tell
    threads  of a job of each stage
    """
    known, unknown = _split(jobs, images)
    if not known and not unknown:
        return "No network would be trained or measured."
    costs = _try(known, images, device, min(threads["train"], n_cores))
    lines = [*_table(costs), *_totals(costs, threads, n_cores), *map(_not_counted, unknown)]
    return "\n".join(lines)


def count_work(jobs: Iterable[Job], images: Mapping[str, Images | None], kept: Path) -> dict[str, int]:
    """Return the operations of each job whose images are known, by the job's name.

    kept  the file of counted costs
    Of jobs that take no hour, whatever the networks, it is the forward passes, which need no counting.
    """
    known, _ = _split(jobs, images)
    works = [job.work(images[job.run.dataset]) for job in known]
    of_passes = [1] * len(works)
    if sum(work.flops(1) for work in works) >= MIN_PASSES:
        with suppress(ConfigError):  # its job will say what is wrong with a network
            costs = count_once([job.network(images[job.run.dataset]) for job in known], kept)
            of_passes = [cost["flops"] for cost in costs]
    return {job.name: work.flops(of_pass) for job, work, of_pass in zip(known, works, of_passes, strict=True)}


def announce(work: Mapping[str, int], n_cores: int) -> str:
    """Return one line that says how long all jobs take if that is more than an hour; "" if it is not.

    work  by `count_work`
    """
    total = sum(work.values())
    hours = total / (CORE_FLOPS * n_cores) / 3600
    if hours < LONG_HOURS:
        return ""
    return (
        f"About {hours:.0f} hours of work begin, at {CORE_FLOPS / 1e9:.0f} GFLOP/s on each of {n_cores} cores "
        f"({total / 1e15:.3g} PFLOP); a GPU may be much faster. `make plan` measures this machine, and says more."
    )


def _split(jobs: Iterable[Job], images: Mapping[str, Images | None]) -> tuple[list[Job], list[str]]:
    """Return the jobs whose images are known, and the datasets of the others."""
    jobs = list(jobs)
    unknown = dict.fromkeys(job.run.dataset for job in jobs if images[job.run.dataset] is None)
    return [job for job in jobs if job.run.dataset not in unknown], list(unknown)


def _try(jobs: list[Job], images: Mapping[str, Images | None], device: str, threads: int) -> list[Cost]:
    tried = try_networks([job.network(images[job.run.dataset]) for job in jobs], device, threads)
    works = [job.work(images[job.run.dataset]) for job in jobs]
    return [
        Cost(job, work.flops(cost["flops"]), work.seconds(**{name: cost[name] for name in SECONDS}))
        for job, work, cost in zip(jobs, works, tried, strict=True)
    ]


def _table(costs: list[Cost]) -> list[str]:
    """Return the lines of the table: one row for a model, dataset and training, all seeds together."""
    rows: dict[tuple, dict[str, list[float]]] = {}
    for cost in costs:
        run = cost.job.run
        of_stage = rows.setdefault((run.model, run.dataset, run.training), {}).setdefault(cost.job.stage, [0, 0.0, 0.0])
        for i, value in enumerate((1, cost.flops / 1e12, cost.seconds)):
            of_stage[i] += value
    head = ["model", "dataset", "training", "trainings", "TFLOP", "time", "measurements", "TFLOP", "time"]
    body = [
        [*names, *(text for stage in ("train", "measure") for text in _cells(row.get(stage)))]
        for names, row in rows.items()
    ]
    widths = [max(len(row[i]) for row in [head, *body]) for i in range(len(head))]
    return ["  ".join(_align(row, widths)).rstrip() for row in [head, *body]]


def _align(row: list[str], widths: list[int]) -> list[str]:
    """Return texts as wide as their columns: the three names to the left, numbers to the right."""
    return [
        text.ljust(width) if i < 3 else text.rjust(width)
        for i, (text, width) in enumerate(zip(row, widths, strict=True))
    ]


def _cells(of_stage: list[float] | None) -> list[str]:
    if of_stage is None:
        return ["", "", ""]
    n, tflop, seconds = of_stage
    return [f"{n}", f"{tflop:.1f}", in_words(seconds)]


def _totals(costs: list[Cost], threads: Mapping[str, int], n_cores: int) -> list[str]:
    if not costs:
        return []
    training, measuring = ([cost for cost in costs if cost.job.stage == stage] for stage in ("train", "measure"))
    train_flops, measure_flops = (sum(cost.flops for cost in some) for some in (training, measuring))
    here, of_training = (seconds_of(some, threads, n_cores) for some in (costs, training))
    on_eight, in_queue = (seconds_of(costs, threads, n) for n in (8, QUEUE * threads["train"]))
    lines = [
        "",
        f"Training {_pflop(train_flops)}, measuring {_pflop(measure_flops)} (a multiply-add is two operations).",
        f"On this machine, by a trial of some seconds, on {n_cores} of its cores: {in_words(here)}, "
        f"{in_words(of_training)} of it training. Figures and tables take minutes more.",
        f"On 8 cores like these: {in_words(on_eight)}; of a cluster, {QUEUE} jobs at once: {in_words(in_queue)}. "
        f"On {GPU} (narrow networks reach less): {in_words((train_flops + measure_flops) / GPU_FLOPS)}.",
    ]
    if here > SHORT_ENOUGH_HOURS * 3600 and train_flops > 2 * LAPTOP_FLOPS:
        lines.append(
            f"{LAPTOP}, narrower networks, would take {in_words(of_training * LAPTOP_FLOPS / train_flops)} here."
        )
    return lines


def _pflop(flops: float) -> str:
    return f"{flops / 1e15:.3g} PFLOP"


def seconds_of(costs: list[Cost], threads: Mapping[str, int], n_cores: int) -> float:
    """Return the time of all jobs on so many cores, as many jobs at once as fit, but at least those of the longest."""
    seconds = [cost.seconds for cost in costs] or [0.0]
    at_once = max(1, n_cores // min(threads["train"], n_cores))
    return max(sum(seconds) / at_once, *seconds)


def _not_counted(dataset: str) -> str:
    return f"{dataset}: not counted, as its images are not read yet (snakemake --until dataset reads them)"
