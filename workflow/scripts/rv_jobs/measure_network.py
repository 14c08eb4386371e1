"""Measure every activation of a trained network and write the variance file."""

from dataclasses import replace
from importlib.metadata import version

import numpy as np
import torch
from torch import nn

from rotational_variance import models
from rotational_variance.activations.description import Activations
from rotational_variance.activations.find import find_activations
from rotational_variance.measuring.batches import MEMORY_FORMATS, Passes, choose_passes
from rotational_variance.measuring.one_pass import check_enough, measure
from rotational_variance.measuring.precision import DTYPES, set_precision
from rotational_variance.measuring.rounding_noise import in_float64, measure_rounding_noise
from rotational_variance.measuring.trained_network import build_network, load_checkpoint
from rotational_variance.networks.classifier import Classifier
from rotational_variance.networks.memory_format import find_memory_format
from rotational_variance.networks.user_code import blaming
from rotational_variance.samples.angles import angle_grid
from rotational_variance.samples.examples import spread
from rotational_variance.samples.inputs import Samples, to_samples
from rotational_variance.samples.subset import balanced_subset
from rotational_variance.storage.dataset_reader import StoredDataset, read_dataset
from rotational_variance.storage.files import sha256
from rotational_variance.storage.measurement_writer import write_measurement
from rotational_variance.torch_setup.device import set_up
from rotational_variance.training.checkpoint import Checkpoint
from rv_study.advice import move_advice
from rv_study.job_log import JobLog
from rv_study.run import Run

N_NOISE_SAMPLES, N_NOISE_ANGLES = 8, 2  # that rounding is measured on


def measure_network(
    *,
    dataset: str,
    checkpoint: str,
    output: str,
    run: Run,
    measurement: dict[str, object],
    passes: dict[str, int | str],
    device: str,
    threads: int,
    log: JobLog,
) -> None:
    """Measure `checkpoint` on the test set of `dataset`; write `output`.

    run          the run that the checkpoint must belong to
    measurement  the numbers that `prepare` takes
    passes       batch_size and memory_format; each may be "auto"
    Raises ValueError if the checkpoint belongs to another run, or was trained on other classes.
    """
    torch_device = set_up(device, threads)
    stored = read_dataset(dataset)
    trained = _load(checkpoint, run, dataset, stored.dataset.class_names)
    model = _build(trained, checkpoint).to(torch_device)
    samples, angles_degrees, dtype = prepare(model, stored, run.seed, torch_device, **measurement)
    with blaming(models.file_of(run.model), always=True):
        if passes["memory_format"] == "auto" and _stops_on_channels_last(model, samples, dtype):
            passes = {**passes, "memory_format": "contiguous"}
        activations = find_activations(model, samples.inputs(slice(0, 2), dtype=dtype))
    _tell_gaps(activations, log)
    chosen = choose_passes(activations, samples, **passes, dtype=dtype)
    log.line(
        f"measuring on {torch_device} with {threads} thread(s): {len(samples)} samples, {len(angles_degrees)} angles, "
        f"{chosen.batch_size} samples a forward pass, {chosen.memory_format}, {measurement['precision']}"
    )
    activations.to_memory_format(MEMORY_FORMATS[chosen.memory_format])
    again = _build(trained, checkpoint).to(torch_device)
    set_precision(again, dtype)
    noise, noise_found = _find_noise(again, activations, _noise_inputs(samples, angles_degrees, chosen), log)
    del again  # in float64, it would double the memory of all that follows
    with log.bar(len(samples) * len(angles_degrees)) as bar, blaming(models.file_of(run.model)):
        measured = measure(
            activations,
            samples,
            stored.dataset.class_names,
            angles_degrees=angles_degrees,
            passes=chosen,
            rounding_noise=noise,
            on_batch=bar.update,
        )
    computed_on = {
        "device": torch_device.type,
        "threads": threads,
        "batch_size": chosen.batch_size,
        "memory_format": chosen.memory_format,
    }
    attributes = {
        **trained.run,
        "spec": {**trained.spec, "measurement": measurement},
        "activations": {
            "found_by": activations.found_by,
            "not_seen": activations.not_seen,
            "output": model.form.describe(),
            "rounding_noise": noise_found,
        },
        "dataset_sha256": sha256(dataset),
        "checkpoint_sha256": sha256(checkpoint),
        "computed_on": {"train": trained.computed_on, "measure": computed_on},
        "versions": {package: version(package) for package in ("torch", "numpy", "h5py")},
    }
    write_measurement(output, replace(measured, attributes=attributes, n_test=_count_test_samples(stored)))
    log.line(f"{len(measured.layers)} layers, {sum(layer.n_units for layer in measured.layers)} units")


def prepare(
    model: nn.Module,
    stored: StoredDataset,
    seed: int,
    device: torch.device,
    *,
    angles: int | dict | list[float],
    n_samples: int | str,
    precision: str,
) -> tuple[Samples, list[float], torch.dtype]:
    """Return the samples to measure, the angles in degrees and the type of the inputs; convert `model` to that type.

    angles     as `angle_grid` takes them
    n_samples  "all" of the test set, or how many, balanced over the classes and drawn with `seed`
    precision  a key of DTYPES
    Raises ValueError for too few angles, or samples of a class.
    """
    samples = _test_samples(stored, n_samples, seed, device)
    angles_degrees = angle_grid(angles)
    check_enough(samples, stored.dataset.class_names, angles_degrees)
    set_precision(model, DTYPES[precision])
    return samples, angles_degrees, DTYPES[precision]


def _load(checkpoint: str, run: Run, dataset: str, class_names: list[str]) -> Checkpoint:
    """Read the checkpoint, and check that it belongs to `run` and was trained on these classes."""
    trained = load_checkpoint(checkpoint)
    if trained.run != run.as_dict():
        raise ValueError(
            f"{checkpoint}: is the checkpoint of {trained.run}, expected {run.as_dict()}; {move_advice('train')}"
        )
    if trained.class_names != class_names:
        raise ValueError(
            f"{checkpoint}: trained on {len(trained.class_names)} classes ({', '.join(trained.class_names)}), "
            f"{dataset} has {len(class_names)} ({', '.join(class_names)}); {move_advice('train')}"
        )
    return trained


def _build(trained: Checkpoint, checkpoint: str) -> Classifier:
    try:
        return build_network(trained)
    except ValueError as error:
        raise ValueError(f"{checkpoint}: {error}; {move_advice('train')}") from error


def _test_samples(stored: StoredDataset, n_samples: int | str, seed: int, device: torch.device) -> Samples:
    samples = to_samples(stored.dataset.test_images, stored.dataset.test_labels, stored.mean, stored.std, device)
    if n_samples == "all":
        return samples
    chosen = balanced_subset(stored.dataset.test_labels, n_samples, seed)
    return samples.subset(torch.from_numpy(chosen).to(device))


def _stops_on_channels_last(model: Classifier, samples: Samples, dtype: torch.dtype) -> bool:
    return find_memory_format(model, samples.inputs(slice(0, 2), dtype=dtype)) is torch.contiguous_format


def _count_test_samples(stored: StoredDataset) -> np.ndarray:
    """Count the samples of the whole test set, and of each of its classes."""
    counts = np.bincount(stored.dataset.test_labels, minlength=len(stored.dataset.class_names))
    return np.array([counts.sum(), *counts], dtype=np.int64)


def _noise_inputs(samples: Samples, angles_degrees: list[float], passes: Passes) -> list[torch.Tensor]:
    """Return a few of the inputs that are measured: N_NOISE_SAMPLES samples at N_NOISE_ANGLES angles."""
    chosen = spread(samples, N_NOISE_SAMPLES)
    some = np.linspace(0, len(angles_degrees) - 1, N_NOISE_ANGLES).astype(int)
    memory_format = MEMORY_FORMATS[passes.memory_format]
    return [samples.inputs(chosen, angles_degrees[i], dtype=passes.dtype, memory_format=memory_format) for i in some]


def _find_noise(
    again: Classifier, activations: Activations, inputs: list[torch.Tensor], log: JobLog
) -> tuple[list[np.ndarray], str]:
    """Return how far rounding moves each layer's values, by layer [aggregation, unit], and how that was found.

    again  the model that is measured, built again; it becomes float64
    """
    exact = _find_exact(again, activations, inputs[0][:2], log)
    found = "by moved inputs" + (" and beside float64" if exact else " only")
    return measure_rounding_noise(activations, inputs, exact), found


def _find_exact(model: Classifier, activations: Activations, example: torch.Tensor, log: JobLog) -> Activations | None:
    """Return the same activations in float64, or None for a model that does not run so."""
    try:
        with in_float64():
            exact = find_activations(model.double(), example.double())
            exact.run(example.double(), lambda layer, values: None)
    except Exception as error:  # a model's own code may take float32 for granted, and raise any type
        log.line(f"in float64: {type(error).__name__}: {error}")
        return None
    return exact if exact.layers == activations.layers else None


def _tell_gaps(activations: Activations, log: JobLog) -> None:
    for gap in activations.not_seen:
        log.warn(f"not seen by {activations.found_by}: {gap}")
    if activations.trace_error:
        log.line(f"what torch.fx said: {activations.trace_error}")
