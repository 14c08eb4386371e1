"""Snakemake, quickly: each run is a fork of one process that has imported it already. Imports nothing else."""

import multiprocessing
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["snakemake.cli"])
_JOB = re.compile(r"^Job \d+: (?P<message>.*)\nReason: (?P<reason>.*)$", flags=re.MULTILINE)


@dataclass
class Plan:
    """What a dry run says: `reasons`, by job ("train resnet_tiny_rotated_seed0"), and all of its text."""

    reasons: dict[str, str]
    text: str

    @property
    def jobs(self) -> set[str]:
        return set(self.reasons)


def dry_run(folder: Path, *arguments: str) -> Plan:
    """Plan what `snakemake ARGUMENTS` would do in `folder`; rule `all`, which does nothing, is left out."""
    code, text = snakemake(folder, "-n", *arguments)
    assert code == 0, text
    return read_plan(text)


def snakemake(folder: Path, *arguments: str) -> tuple[int, str]:
    """Return the exit status of `snakemake ARGUMENTS` in `folder`, and what it says."""
    with tempfile.NamedTemporaryFile(mode="r") as output:
        process = _FORKS.Process(target=_run, args=(folder, list(arguments), output.name))
        process.start()
        process.join()
        return process.exitcode, output.read()


def read_plan(text: str) -> Plan:
    """Read the jobs, and why they run, from what Snakemake says."""
    reasons = {match["message"]: match["reason"] for match in _JOB.finditer(text)}
    reasons.pop("all", None)
    return Plan(reasons, text)


def _run(folder: Path, arguments: list[str], output: str) -> None:
    os.chdir(folder)
    os.environ["NO_COLOR"] = "1"
    with open(output, "wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    from snakemake.cli import main

    sys.argv = ["snakemake", *arguments]
    main(arguments)
