"""Rule measure: measure every activation of a trained network and write the variance tensor."""

from dataclasses import replace
from importlib.metadata import version

import torch
from torch import nn

from rotational_variance import checkpoints
from rotational_variance.activations import Activations, find_activations
from rotational_variance.angles import angle_grid
from rotational_variance.checkpoints import Checkpoint
from rotational_variance.compute import set_up
from rotational_variance.inputs import Samples, balanced_subset, to_samples
from rotational_variance.measurement import check_enough, measure
from rotational_variance.passes import DTYPES, choose_passes, set_precision
from rotational_variance.reporting import Report, reporting
from rotational_variance.storage.dataset import StoredDataset, read_dataset
from rotational_variance.storage.files import again, sha256
from rotational_variance.storage.variance import write_variance


def main(
    dataset: str,
    checkpoint: str,
    output: str,
    *,
    run: dict,
    angles: int | dict | list[float],
    n_samples: int | str,
    precision: str,
    passes: dict,
    device: str,
    threads: int,
    report: Report,
) -> None:
    """Measure `checkpoint` on the test set of `dataset`, or on `n_samples` of it, at `angles`; write `output`.

    run     model, dataset, training, seed of the checkpoint
    passes  batch_size and memory_format, each may be "auto"
    Raises ValueError for the checkpoint of another run, or one that was trained on other classes.
    """
    torch_device = set_up(device, threads)
    stored = read_dataset(dataset)
    trained = _load(checkpoint, run, dataset, stored.dataset.class_names)
    samples = _test_samples(stored, n_samples, run["seed"], torch_device)
    angles_degrees = angle_grid(angles)
    check_enough(samples, stored.dataset.class_names, angles_degrees)
    model = _build(trained, checkpoint).to(torch_device)
    set_precision(model, DTYPES[precision])
    activations = find_activations(model, samples.inputs(slice(0, 2), dtype=DTYPES[precision]))
    _tell_gaps(activations, report)
    chosen = choose_passes(activations, samples, **passes, dtype=DTYPES[precision])
    report.line(
        f"measuring on {torch_device} with {threads} thread(s): {len(samples)} samples, {len(angles_degrees)} angles, "
        f"{chosen.batch_size} samples a forward pass, {chosen.memory_format}, {precision}"
    )
    with report.bar(len(samples) * len(angles_degrees)) as bar:
        tensor = measure(
            activations,
            samples,
            stored.dataset.class_names,
            angles_degrees=angles_degrees,
            passes=chosen,
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
        "spec": {
            **trained.spec,
            "measurement": {"angles": angles, "n_samples": n_samples, "precision": precision},
        },
        "activations": {"found_by": activations.found_by, "not_seen": activations.not_seen},
        "dataset_sha256": sha256(dataset),
        "checkpoint_sha256": sha256(checkpoint),
        "computed_on": {"train": trained.computed_on, "measure": computed_on},
        "versions": {package: version(package) for package in ("torch", "numpy", "h5py")},
    }
    write_variance(output, replace(tensor, attributes=attributes))
    report.line(f"{len(tensor.layers)} layers, {sum(layer.n_units for layer in tensor.layers)} units")


def _load(checkpoint: str, run: dict, dataset: str, class_names: list[str]) -> Checkpoint:
    trained = checkpoints.load(checkpoint)
    if trained.run != run:
        raise ValueError(f"{checkpoint}: is the checkpoint of {trained.run}, expected {run}; {again('train')}")
    if trained.class_names != class_names:
        raise ValueError(
            f"{checkpoint}: trained on {len(trained.class_names)} classes ({', '.join(trained.class_names)}), "
            f"{dataset} has {len(class_names)} ({', '.join(class_names)}); {again('train')}"
        )
    return trained


def _build(trained: Checkpoint, checkpoint: str) -> nn.Module:
    try:
        return trained.build()
    except ValueError as error:
        raise ValueError(f"{checkpoint}: {error}; {again('train')}") from error


def _test_samples(stored: StoredDataset, n_samples: int | str, seed: int, device: torch.device) -> Samples:
    samples = to_samples(stored.dataset.test_images, stored.dataset.test_labels, stored.mean, stored.std, device)
    if n_samples == "all":
        return samples
    chosen = balanced_subset(stored.dataset.test_labels, n_samples, seed)
    return samples.subset(torch.from_numpy(chosen).to(device))


def _tell_gaps(activations: Activations, report: Report) -> None:
    for gap in activations.not_seen:
        report.notice(f"not seen by {activations.found_by}: {gap}")


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"measure {snakemake.wildcards.run}") as job_report:
        main(
            snakemake.input.dataset,
            snakemake.input.checkpoint,
            snakemake.output[0],
            run=snakemake.params.run,
            **snakemake.params.measurement,
            passes=snakemake.params.passes,
            device=snakemake.params.device,
            threads=snakemake.threads,
            report=job_report,
        )
