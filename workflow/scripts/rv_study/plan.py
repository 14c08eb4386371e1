"""What the jobs that would run cost: operations, and hours on this machine and on others."""

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rv_study.costs import Images, Work, measuring_work, training_work
from rv_study.durations import in_words
from rv_study.errors import ConfigError
from rv_study.network_costs import count_once, try_networks
from rv_study.run import Run

VARIABLE = "ROTATIONAL_VARIANCE_PLAN"
# Reached in training by narrow networks in float32 (benchmarks/recipes.csv). For the line before a long run.
CORE_FLOPS = 6e10
# NVIDIA's data sheet of the H100 (SXM): 67 TFLOP/s in float32. We take a third of it, which was not measured.
GPU, GPU_FLOPS = "one NVIDIA H100, at a third of its published 67 TFLOP/s", 67e12 / 3
SLOW_GPU_FLOPS = 2e12  # of narrow networks, on any GPU: for the line before a long run; not measured
QUEUE = 100  # jobs of a cluster, as in profiles/slurm
# Operations of all training steps of a seed, which a test counts.
PRESETS = {"config/config.yaml": 15.5e15, "config/laptop.yaml": 1.19e15}
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
    """What a job costs: operations, and seconds in the trial."""

    job: Job
    flops: int
    seconds: float


@dataclass(frozen=True)
class Machine:
    """What jobs run on, and how many at once.

    threads  of a job of each stage
    n_tried  threads of the trial: on CPUs, times are counted in inverse proportion to them
    n_gpus   one for each job; 0 is a machine without
    queue    jobs at once of a cluster, however many cores they need; 0 is no cluster
    """

    n_cores: int
    threads: Mapping[str, int]
    n_tried: int
    n_gpus: int = 0
    queue: int = 0

    def seconds(self, costs: Iterable[Cost]) -> float:
        """Return the time of all jobs: as many at once as fit, but at least that of the longest."""
        times: dict[str, list[float]] = {stage: [] for stage in self.threads}
        for cost in costs:
            shared = 1 if self.n_gpus else self.n_tried / self._n_threads(cost.job.stage)
            times[cost.job.stage].append(cost.seconds * shared)
        total = sum(sum(each) / self._n_at_once(stage) for stage, each in times.items())
        return max(total, *itertools.chain([0.0], *times.values()))

    def _n_threads(self, stage: str) -> int:
        return self.threads[stage] if self.queue else min(self.threads[stage], self.n_cores)

    def _n_at_once(self, stage: str) -> int:
        if self.queue:
            return self.queue
        n_jobs = max(1, self.n_cores // self._n_threads(stage))
        return min(n_jobs, self.n_gpus) if self.n_gpus else n_jobs


def is_asked_for() -> bool:
    """Tell whether this command is to say what it would run, and to run nothing."""
    return bool(os.environ.get(VARIABLE))


def plan(
    jobs: Iterable[Job],
    images: Mapping[str, Images | None],
    *,
    device: str,
    threads: Mapping[str, int],
    n_cores: int,
    n_gpus: int,
) -> str:
    """Return a table of the jobs and their costs, and the hours of all.

    images   of each dataset of the jobs; None if only reading them would tell
    threads  of a job of each stage
    n_gpus   that jobs here may compute on, if torch can
    """
    known, unknown = _known(jobs, images), list_unread(images)
    if not known and not unknown:
        return "No network would be trained or measured."
    machine = Machine(n_cores, threads, min(threads["train"], n_cores))
    costs, on_gpu = _try(known, images, device, machine.n_tried)
    if on_gpu:
        machine = replace(machine, n_gpus=max(1, n_gpus))
    lines = [*_table(costs), *_totals(costs, machine), *map(_not_counted, unknown)]
    return "\n".join(lines)


def count_work(jobs: Iterable[Job], images: Mapping[str, Images | None], kept: Path) -> dict[str, int]:
    """Return the operations of each job whose images are known, by the job's name.

    kept  the file of counted costs
    Of jobs that take no hour, whatever the networks, it is the forward passes, which need no counting.
    """
    known = _known(jobs, images)
    works = [job.work(images[job.run.dataset]) for job in known]
    of_passes = [1] * len(works)
    if sum(work.flops(1) for work in works) >= MIN_PASSES:
        with suppress(ConfigError):  # its job will say what is wrong with a network
            costs = count_once([job.network(images[job.run.dataset]) for job in known], kept)
            of_passes = [cost["flops"] for cost in costs]
    return {job.name: work.flops(of_pass) for job, work, of_pass in zip(known, works, of_passes, strict=True)}


def announce(work: Mapping[str, int], unread: Iterable[str], n_cores: int, n_gpus: int) -> str:
    """Return one line that says how long all jobs take if that is more than an hour, or not known; "" if neither.

    work    by `count_work`
    unread  by `list_unread`: datasets whose jobs are not in it
    n_gpus  that jobs here may compute on
    """
    names = ", ".join(unread)
    speed, of_each = CORE_FLOPS * n_cores, f"{CORE_FLOPS / 1e9:.0f} GFLOP/s on each of {n_cores} cores"
    if n_gpus:
        speed, of_each = SLOW_GPU_FLOPS * n_gpus, f"{SLOW_GPU_FLOPS / 1e12:.0f} TFLOP/s on each GPU, which are {n_gpus}"
    total = sum(work.values())
    seconds = total / speed
    if seconds < LONG_HOURS * 3600:
        return f"How long the work on {_not_read(names)}, then `make plan` says it." if names else ""
    faster = "wide networks" if n_gpus else "a GPU"
    return (
        f"About {in_words(seconds)} of work begin, at {of_each} "
        f"({total / 1e15:.3g} PFLOP); {faster} may be much faster. `make plan` measures this machine, and says more."
        + (f" How much more the work on {_not_read(names)}." if names else "")
    )


def _not_read(names: str) -> str:
    return f"{names} takes is not known before its images are read: `snakemake --until dataset` reads them"


def list_unread(images: Mapping[str, Images | None]) -> list[str]:
    """List the datasets of which only reading their images would tell how many there are."""
    return [name for name, count in images.items() if count is None]


def _known(jobs: Iterable[Job], images: Mapping[str, Images | None]) -> list[Job]:
    return [job for job in jobs if images[job.run.dataset] is not None]


def _try(jobs: list[Job], images: Mapping[str, Images | None], device: str, threads: int) -> tuple[list[Cost], bool]:
    """Return what jobs cost, and whether they were tried on a GPU."""
    networks = [job.network(images[job.run.dataset]) for job in jobs]
    tried = try_networks(networks, [job.spec["training"] for job in jobs], device, threads)
    works = [job.work(images[job.run.dataset]) for job in jobs]
    costs = [
        Cost(job, work.flops(cost["flops"]), work.seconds(**{name: cost[name] for name in SECONDS}))
        for job, work, cost in zip(jobs, works, tried, strict=True)
    ]
    return costs, any(cost["on_gpu"] for cost in tried)


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


def _totals(costs: list[Cost], machine: Machine) -> list[str]:
    if not costs:
        return []
    training, measuring = ([cost for cost in costs if cost.job.stage == stage] for stage in ("train", "measure"))
    train_flops, measure_flops = (sum(cost.flops for cost in some) for some in (training, measuring))
    here, of_training = machine.seconds(costs), machine.seconds(training)
    on = f"on {machine.n_gpus} of its GPUs" if machine.n_gpus else f"on {machine.n_cores} of its cores"
    lines = [
        "",
        f"Training {_pflop(train_flops)}, measuring {_pflop(measure_flops)} (a multiply-add is two operations).",
        f"On this machine, by a trial of some seconds, {on}: {in_words(here)}, "
        f"{in_words(of_training)} of it training. Figures and tables take minutes more.",
        *_elsewhere(costs, machine),
    ]
    cheaper = [f"{name} {_pflop(flops)}" for name, flops in PRESETS.items() if 2 * flops < train_flops]
    if cheaper and here > SHORT_ENOUGH_HOURS * 3600:
        lines.append(f"All four models once, trained for less: {', '.join(cheaper)} of training.")
    return lines


def _elsewhere(costs: list[Cost], machine: Machine) -> Iterator[str]:
    queued = in_words(replace(machine, queue=QUEUE).seconds(costs))
    if machine.n_gpus:
        yield f"Of a cluster with such GPUs, {QUEUE} jobs at once: {queued}."
        return
    on_eight = in_words(replace(machine, n_cores=8).seconds(costs))
    on_gpu = in_words(sum(cost.flops for cost in costs) / GPU_FLOPS)
    yield (
        f"On 8 cores like these: {on_eight}; of a cluster, {QUEUE} jobs at once: {queued}. "
        f"On {GPU} (narrow networks reach less): {on_gpu}."
    )


def _pflop(flops: float) -> str:
    return f"{flops / 1e15:.3g} PFLOP"


def _not_counted(dataset: str) -> str:
    return f"{dataset}: not counted, as its images are not read yet (snakemake --until dataset reads them)"
