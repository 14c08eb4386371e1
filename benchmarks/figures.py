"""All figures of one model on one dataset, on one core: for the largest network of the study, of random numbers."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.networks import N_CLASSES, RESNET50
from benchmarks.results import Result, seconds
from rotational_variance.activations.description import ActivationInfo
from rotational_variance.activations.find import find_activations
from rotational_variance.figures.catalogue import of_pair
from rotational_variance.statistics.measurement import ALL, Layer, Measurement
from rotational_variance.storage.history_layout import COLUMNS
from rotational_variance.storage.history_writer import write_history
from rotational_variance.storage.measurement_attributes import ATTRIBUTES, JSON_ATTRIBUTES
from rotational_variance.storage.measurement_writer import write_measurement

RUNS = 3
BOUND_S = 20
MEASURES = ["normalized_variance"]
SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"
DRAW = """
import json, os, sys, plot
from rotational_variance.statistics.trainings import Training
from rv_study.job_log import job_log
from rv_study.run import Run
arguments = json.load(sys.stdin)
runs = [Run(**run) for run in arguments["runs"]]
trainings = [Training(run.training, run.training, f"{run.training} training", i) for i, run in enumerate(runs)]
with job_log(os.devnull, "plot") as log:
    plot.main(**arguments | {"runs": runs, "trainings": trainings, "log": log})
"""


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        arguments = json.dumps(_make_files(Path(folder)))
        times = [seconds(lambda: _draw(arguments)) for _ in range(RUNS)]
    yield Result(
        f"all figures of {RESNET50.label} / {BOUND_S} s, one core (cpu)",
        min(times) / BOUND_S,
        "<=1",
        RUNS,
        f"{min(times):.1f} s for {len(of_pair(MEASURES)) + 1} figures",
    )


def _make_files(folder: Path) -> dict:
    """Write the files of both trainings; return the arguments of the plot script's main."""
    layers = find_activations(RESNET50.build(), RESNET50.samples(2).inputs(slice(0, 2))).layers
    random = np.random.default_rng(0)
    runs = [{"model": "resnet", "dataset": "cifar10", "training": name, "seed": 0} for name in ("unrotated", "rotated")]
    for run in runs:
        n_samples = np.array([10_000, *[1000] * N_CLASSES])
        measurement = Measurement(
            layers=[_random_layer(info, random) for info in layers],
            angles_degrees=np.arange(16) * 22.5 - 180,
            aggregations=["mean", "max"],
            sample_sets=[ALL, *map(str, range(N_CLASSES))],
            n_samples=n_samples,
            n_test=n_samples,
            accuracy=random.random((1 + N_CLASSES, 16)),
            attributes=dict.fromkeys(ATTRIBUTES, "") | {name: {} for name in JSON_ATTRIBUTES} | run,
        )
        write_measurement(folder / f"{run['training']}.h5", measurement)
        epochs = range(1, 61)
        write_history(folder / f"{run['training']}.csv", [dict.fromkeys(COLUMNS, 0.5) | {"epoch": n} for n in epochs])
    return {
        "runs": runs,
        "variances": [str(folder / f"{run['training']}.h5") for run in runs],
        "histories": [str(folder / f"{run['training']}.csv") for run in runs],
        "figures": [str(folder / f"{drawing.name}.png") for drawing in of_pair(MEASURES)],
        "digest": str(folder / "digest.png"),
        "measures": MEASURES,
        "aggregation": "mean",
        "layers": "all",
        "sort_units": True,
    }


def _random_layer(info: ActivationInfo, random: np.random.Generator) -> Layer:
    stds = random.gamma(2, 0.5, (2, 2, 1 + N_CLASSES, info.n_units))
    statistics = dict(zip(("transformation_std", "sample_std"), stds, strict=True))
    return Layer(info.name, info.kind, statistics, rounding_noise=np.zeros((2, info.n_units)), unit_axis=1)


def _draw(arguments: str) -> None:
    one_core = {min(os.sched_getaffinity(0))}
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    subprocess.run(
        [sys.executable, "-c", DRAW],
        input=arguments,
        text=True,
        check=True,
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, one_core),
    )
