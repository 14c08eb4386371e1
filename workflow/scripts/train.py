"""Rule train: train one network, or take it from the kept results; write its checkpoint and its history."""

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
    history: str,
    run: Run,
    made_by: list[str],
    kept: str,
    log: JobLog,
    **settings: object,
) -> None:
    """Write `checkpoint` and `history` of `run`; arguments as those of `train_network`.

    settings  its other arguments
    kept      the folder of kept results
    """
    files = {"checkpoint": checkpoint, "history": history}
    resume = Path(checkpoint).with_suffix(".resume.pt")

    def train() -> None:
        # Here, as torch takes seconds to import, and a kept network needs none of it.
        from rv_jobs.train_network import train_network

        train_network(dataset=dataset, run=run, made_by=made_by, resume=resume, log=log, **files, **settings)

    result = Result("train", run.stem, tuple(made_by), inputs=(("dataset", sha256(dataset)),))
    take_or_make(Store(kept), result, list(map(Path, files.values())), train, log, unfinished=resume)


if __name__ == "__main__":
    with job_log(snakemake.log[0], f"train {snakemake.wildcards.run}") as log:
        main(
            dataset=snakemake.input.dataset,
            checkpoint=snakemake.output.checkpoint,
            history=snakemake.output.history,
            run=snakemake.params.run,
            spec=snakemake.params.spec,
            device=snakemake.params.device,
            threads=snakemake.threads,
            made_by=snakemake.params.made_by,
            kept=snakemake.params.kept,
            log=log,
        )
