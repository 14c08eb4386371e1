"""Rule dataset: read a dataset from its source and write it to one HDF5 file."""

from rotational_variance import sources
from rotational_variance.datasets import check_classes
from rotational_variance.reporting import Report, reporting
from rotational_variance.storage.dataset import write_dataset


def main(output: str, *, name: str, source: dict, report: Report) -> None:
    """Write the dataset `name` to `output`; `source` holds the arguments of `sources.read`."""
    dataset = sources.read(name, **source)
    check_classes(dataset)
    write_dataset(output, dataset)
    size, n_channels = dataset.image_size, dataset.n_channels
    report.line(
        f"{name}: {len(dataset.train_labels)} training and {len(dataset.test_labels)} test images of {size} x {size} "
        f"pixels and {n_channels} channel(s), {len(dataset.class_names)} classes"
    )


if __name__ == "__main__":
    with reporting(snakemake.log[0], f"dataset {snakemake.wildcards.dataset}") as job_report:
        main(
            snakemake.output[0],
            name=snakemake.wildcards.dataset,
            source=snakemake.params.source,
            report=job_report,
        )
