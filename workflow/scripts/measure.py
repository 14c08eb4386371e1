"""Rule measure: measure every activation of a trained network and write the variance tensor."""

from dataclasses import replace
from importlib.metadata import version

from rotational_variance import checkpoints
from rotational_variance.compute import set_up
from rotational_variance.inputs import to_samples
from rotational_variance.measurement import measure, n_passes
from rotational_variance.reporting import Report, reporting
from rotational_variance.rotation import angle_grid
from rotational_variance.storage.dataset import read_dataset
from rotational_variance.storage.files import sha256
from rotational_variance.storage.variance import write_variance


def main(
    dataset: str,
    checkpoint: str,
    output: str,
    *,
    n_angles: int,
    batch_size: int,
    device: str,
    threads: int,
    report: Report,
) -> None:
    """Measure `checkpoint` on the test set of `dataset`, at `n_angles` angles over the full circle; write `output`.

    Raises ValueError where the checkpoint was trained on other classes.
    """
    torch_device = set_up(device, threads)
    stored = read_dataset(dataset)
    trained = checkpoints.load(checkpoint)
    if trained.class_names != stored.dataset.class_names:
        raise ValueError(f"{checkpoint}: trained on classes {trained.class_names}, {dataset} has other ones")
    model = trained.build().to(torch_device)
    samples = to_samples(stored.dataset.test_images, stored.dataset.test_labels, stored.mean, stored.std, torch_device)
    report.line(f"measuring on {torch_device} with {threads} thread(s): {len(samples)} samples, {n_angles} angles")
    with report.bar(n_passes(samples.labels, n_angles, batch_size)) as bar:
        tensor = measure(
            model,
            samples,
            stored.dataset.class_names,
            angles_degrees=angle_grid(n_angles),
            batch_size=batch_size,
            on_batch=bar.update,
        )
    attributes = {
        **trained.run,
        "spec": {**trained.spec, "measurement": {"n_angles": n_angles, "batch_size": batch_size}},
        "dataset_sha256": sha256(dataset),
        "checkpoint_sha256": sha256(checkpoint),
        "computed_on": {"train": trained.computed_on, "measure": {"device": torch_device.type, "threads": threads}},
        "versions": {package: version(package) for package in ("torch", "numpy", "h5py")},
    }
    write_variance(output, replace(tensor, attributes=attributes))
    report.line(f"{len(tensor.layers)} layers, {sum(layer.n_units for layer in tensor.layers)} units")


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"measure {snakemake.wildcards.run}") as job_report:
        main(
            snakemake.input.dataset,
            snakemake.input.checkpoint,
            snakemake.output[0],
            **snakemake.params.measurement,
            device=snakemake.params.device,
            threads=snakemake.threads,
            report=job_report,
        )
