"""Rule measure: measure every activation of a trained network, or take that from the kept results."""

from pathlib import Path

from rotational_variance.storage.files import sha256
from rv_study.job_log import JobLog, job_log
from rv_study.kept_store import Result, Store
from rv_study.run import Run
from rv_study.take_or_make import take_or_make


def main(
    *,
    dataset: str,
    checkpoint: str,
    output: str,
    run: Run,
    made_by: list[str],
    kept: str,
    log: JobLog,
    **settings: object,
) -> None:
    """Write the variance file of `run` to `output`; arguments as those of `measure_network`.

    settings  its other arguments
    made_by   everything that the result depends on, beside `dataset` and `checkpoint`, as texts
    kept      the folder of kept results
    """

    def measure() -> None:
        # Here, as torch takes seconds to import, and a kept measurement needs none of it.
        from rv_jobs.measure_network import measure_network

        measure_network(dataset=dataset, checkpoint=checkpoint, output=output, run=run, log=log, **settings)

    inputs = (("checkpoint", sha256(checkpoint)), ("dataset", sha256(dataset)))
    take_or_make(Store(kept), Result("measure", run.stem, tuple(made_by), inputs), [Path(output)], measure, log)


if __name__ == "__main__":
    with job_log(snakemake.log[0], f"measure {snakemake.wildcards.run}") as log:
        main(
            dataset=snakemake.input.dataset,
            checkpoint=snakemake.input.checkpoint,
            output=snakemake.output[0],
            run=snakemake.params.run,
            measurement=snakemake.params.measurement,
            passes=snakemake.params.passes,
            device=snakemake.params.device,
            threads=snakemake.threads,
            made_by=snakemake.params.made_by,
            kept=snakemake.params.kept,
            log=log,
        )
