"""Finished results that lie in their places, with what made them as Snakemake recorded it.

All that this project reads of Snakemake's own objects (its graph of jobs and its records), which no public interface
gives, stands here.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rotational_variance.storage.files import sha256
from rv_study.kept_store import Result

INPUTS = {"train": {".h5": "dataset"}, "measure": {".h5": "dataset", ".pt": "checkpoint"}}  # by suffix
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finished:
    """A finished result in its place.

    result        what made it
    log           of the job that made it
    runs_again    whether its job is about to run again
    forced        whether that is asked for, as by --forcerun
    inputs_now    SHA-256 of its input files as they are now, by name; None if they are about to be made again
    """

    result: Result
    files: list[Path]
    log: Path
    runs_again: bool
    forced: bool
    inputs_now: tuple[tuple[str, str], ...] | None


def list_finished(workflow: object, stages: Mapping[str, str]) -> Iterator[Finished]:
    """Yield the finished results of the jobs of Snakemake's graph.

    stages  the stages whose results count, by the names of their rules
    """
    dag, records = workflow.dag, workflow.persistence
    running = set(dag.needrun_jobs())
    remade = {str(path) for job in running for path in job.output}
    for job in dag.jobs:
        stage = stages.get(job.rule.name)
        files = [Path(path) for path in job.output]
        if stage and all(path.is_file() for path in files) and not workflow.async_run(records.incomplete(job)):
            record = records.metadata(job.output[0])
            yield Finished(
                _result(stage, job.wildcards.run, files, record),
                files,
                Path(job.log[0]),
                job in running,
                job in running and bool(dag.reason(job).forced),
                _inputs_now(stage, job.input, remade),
            )


def _result(stage: str, run: str, files: list[Path], record: object) -> Result:
    """Return what made files, from Snakemake's record of them; without one, they are told by their own bytes."""
    if record is None or record.params is None:
        return Result(stage, run, (f"run: {run}", f"not recorded: {sha256(files[0])}"), ())
    made_by = [ast.literal_eval(text) for text in record.params]
    recorded = {path: digest.rpartition(":")[2] for path, digest in (record.input_checksums or {}).items()}
    inputs = dict.fromkeys(INPUTS[stage].values(), UNKNOWN)
    for path in record.input or []:
        name = INPUTS[stage].get(Path(path).suffix)
        if name:
            inputs[name] = recorded.get(path) or _hash_if_older(Path(path), files[0])
    return Result(stage, run, tuple(text for text in made_by if isinstance(text, str)), tuple(sorted(inputs.items())))


def _hash_if_older(path: Path, made: Path) -> str:
    """Hash an input that Snakemake did not, as it is large, if it is still the one that `made` was made of."""
    is_older = path.is_file() and path.stat().st_mtime <= made.stat().st_mtime
    return sha256(path) if is_older else UNKNOWN


def _inputs_now(stage: str, inputs: Iterable[str], remade: set[str]) -> tuple[tuple[str, str], ...] | None:
    paths = {INPUTS[stage][Path(path).suffix]: str(path) for path in inputs if Path(path).suffix in INPUTS[stage]}
    if len(paths) < len(INPUTS[stage]) or any(path in remade or not Path(path).is_file() for path in paths.values()):
        return None
    return tuple((name, sha256(path)) for name, path in sorted(paths.items()))
