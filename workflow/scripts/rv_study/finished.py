"""Finished results that lie in their places, with what made them as Snakemake recorded it.

All that this project reads of Snakemake's graph of jobs and its records, which no public interface gives, stands here;
what it reads of executors, in cluster/submission.py and cluster/patience.py.
"""

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rotational_variance.storage.files import sha256
from rv_study.kept_store import Result

INPUTS = {"train": {".h5": "dataset"}, "measure": {".h5": "dataset", ".pt": "checkpoint"}}  # by suffix
SAME_TIME_SECONDS = 0.01


@dataclass(frozen=True)
class Finished:
    """A finished result in its place.

    result        what made it
    log           of the job that made it
    runs_again    whether its job is about to run again
    forced        whether that is asked for, as by --forcerun
    inputs_now    SHA-256 of its input files as they are now, by name; None if they are about to be made again, too
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
    used = _checksums([record for job in dag.jobs if job.output and (record := records.metadata(job.output[0]))])
    for job in dag.jobs:
        stage = stages.get(job.rule.name)
        files = [Path(path) for path in job.output]
        if stage and all(path.is_file() for path in files) and not workflow.async_run(records.incomplete(job)):
            recorded = [records.metadata(path) for path in job.output]
            yield Finished(
                _result(stage, job.wildcards.run, files, recorded, used),
                files,
                Path(job.log[0]),
                job in running,
                job in running and _is_forced(job, workflow.dag_settings),
                _inputs_now(stage, job.input, remade) if job in running else None,
            )


def list_needed(workflow: object, stages: Mapping[str, str]) -> list[tuple[str, str]]:
    """List the stage and the run of each job that is about to run."""
    return [(stages[job.rule.name], job.wildcards.run) for job in _needed(workflow, stages)]


def list_forced(workflow: object, stages: Mapping[str, str]) -> list[tuple[str, str]]:
    """List the stage and the run of each result that a user forces to be made again, whether it is there or not."""
    jobs = [job for job in _needed(workflow, stages) if _is_forced(job, workflow.dag_settings)]
    return [(stages[job.rule.name], job.wildcards.run) for job in jobs]


def _needed(workflow: object, stages: Mapping[str, str]) -> list[object]:
    return [job for job in workflow.dag.needrun_jobs() if job.rule.name in stages]


def _is_forced(job: object, settings: object) -> bool:
    """Tell whether a user forces a job. Snakemake's reason does not: it calls an incomplete result forced, too."""
    forced = {*settings.forcerun, *(settings.targets if settings.forcetargets else ())}
    files = {os.path.relpath(name) for name in forced}
    return settings.forceall or job.rule.name in forced or not files.isdisjoint(map(os.path.relpath, job.output))


def unrecorded(stage: str, run: str, files: list[Path]) -> Result:
    """Return a result of which nobody knows what made it: its own bytes tell it from others."""
    return Result(stage, run, (), tuple((path.name, sha256(path)) for path in files))


def _checksums(records: list[object]) -> dict[str, set[str]]:
    """Return the SHA-256 of all files as they were when something was made of them, by path."""
    found: dict[str, set[str]] = {}
    for record in records:
        for path, digest in (record.input_checksums or {}).items():
            found.setdefault(path, set()).add(digest.rpartition(":")[2])
    return found


def _result(stage: str, run: str, files: list[Path], records: list[object], used: dict[str, set[str]]) -> Result:
    """Return what made files, by Snakemake's records of them; they may have been changed or damaged since."""
    if not all(_is_as_recorded(*pair, used) for pair in zip(files, records, strict=True)):
        return unrecorded(stage, run, files)
    record = records[0]
    try:
        made_by = [ast.literal_eval(text) for text in record.params]
    except (SyntaxError, ValueError):
        return unrecorded(stage, run, files)
    recorded = {path: digest.rpartition(":")[2] for path, digest in (record.input_checksums or {}).items()}
    inputs = {
        name: recorded.get(path) or _hash_if_older(path, files[0])
        for path in record.input or []
        if (name := INPUTS[stage].get(Path(path).suffix))
    }
    if len(inputs) < len(INPUTS[stage]) or None in inputs.values():
        return unrecorded(stage, run, files)
    return Result(stage, run, tuple(text for text in made_by if isinstance(text, str)), tuple(sorted(inputs.items())))


def _is_as_recorded(path: Path, record: object, used: dict[str, set[str]]) -> bool:
    """Tell whether a file has the time of its record, or the bytes that something else was made of."""
    if record is None or record.params is None:
        return False
    has_its_time = record.endtime is not None and abs(path.stat().st_mtime - record.endtime) < SAME_TIME_SECONDS
    return has_its_time or sha256(path) in used.get(str(path), ())


def _hash_if_older(path: str, made: Path) -> str | None:
    """Hash an input that Snakemake did not, as it is large, if it is still the one that `made` was made of."""
    is_older = Path(path).is_file() and Path(path).stat().st_mtime <= made.stat().st_mtime
    return _sha256_once(path, os.stat(path).st_mtime_ns) if is_older else None


def _inputs_now(stage: str, inputs: Iterable[str], remade: set[str]) -> tuple[tuple[str, str], ...] | None:
    paths = {INPUTS[stage][Path(path).suffix]: str(path) for path in inputs if Path(path).suffix in INPUTS[stage]}
    if len(paths) < len(INPUTS[stage]) or any(path in remade or not Path(path).is_file() for path in paths.values()):
        return None
    return tuple((name, _sha256_once(path, os.stat(path).st_mtime_ns)) for name, path in sorted(paths.items()))


@cache
def _sha256_once(path: str, time: int) -> str:
    return sha256(path)
