"""Rule dataset: read a dataset from its source and write it to one HDF5 file."""

from pathlib import Path

from rotational_variance.samples import sources
from rotational_variance.samples.class_check import check_classes
from rotational_variance.samples.image_files.read_images import ImageFiles, MissingSourceError
from rotational_variance.samples.image_files.squares import SizeError
from rotational_variance.storage.dataset_writer import write_dataset
from rv_study.dataset_places import write_source
from rv_study.job_log import JobLog, job_log


def main(*, output: str, name: str, source: dict, log: JobLog) -> None:
    """Write the dataset `name` to `output`; `source` holds the arguments of `sources.read`."""
    try:
        dataset = sources.read(name, **source)
    except MissingSourceError as error:
        raise MissingSourceError(f"{error}; put it there, or correct `path` in the config") from error
    except SizeError as error:
        raise SizeError(f"{error} (of this dataset, in the config)") from error
    check_classes(dataset)
    conversions = dataset.conversions if isinstance(dataset, ImageFiles) else {}
    write_source(Path(output), source)
    write_dataset(output, dataset, conversions)
    log.line(
        f"{name}: {len(dataset.train_labels)} training and {len(dataset.test_labels)} test images of "
        f"{dataset.image_size} x {dataset.image_size} pixels and {dataset.n_channels} channel(s), "
        f"{len(dataset.class_names)} classes: {', '.join(dataset.class_names)}"
    )
    if conversions:
        found = "; ".join(f"{n} {what}" for what, n in conversions.items())
        log.warn(f"of {len(dataset.train_labels) + len(dataset.test_labels)} images: {found}")
    if isinstance(dataset, ImageFiles) and dataset.passed_over:
        log.line(f"passed over: {', '.join(dataset.passed_over)}")


if __name__ == "__main__":
    with job_log(snakemake.log[0], f"dataset {snakemake.wildcards.dataset}") as log:
        main(
            output=snakemake.output[0],
            name=snakemake.wildcards.dataset,
            source=snakemake.params.source,
            log=log,
        )
