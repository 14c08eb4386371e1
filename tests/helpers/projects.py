"""Copies of the project, and Snakemake in them."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from helpers.dry_runs import Plan, dry_run

PROJECT = Path(__file__).resolve().parents[2]
TINY, RERUNS = (Path(__file__).with_name(name) for name in ("tiny.yaml", "reruns.yaml"))

MACHINE = re.compile(b"<!-- Below, until.*?<!-- The end of what differs. -->", re.DOTALL)  # in a page


def snakemake(folder: Path, *arguments: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess:
    """Run Snakemake in `folder`, under the commands `before`; stdout and stderr come back as one text."""
    return subprocess.run(
        [*before, sys.executable, "-m", "snakemake", *arguments],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=280,
    )


def files_of(folder: Path, *left_out: str) -> dict[str, bytes]:
    """Return the contents of the files below a folder, by name, without the folders `left_out`.

    Pages without the part that differs from one making to the next.
    """
    files = [
        path for path in folder.rglob("*") if path.is_file() and not {*left_out} & {*path.relative_to(folder).parts}
    ]
    return {path.relative_to(folder).as_posix(): MACHINE.sub(b"", path.read_bytes()) for path in files}


class Project:
    """A copy of the workflow in a folder of its own, and Snakemake in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("Snakefile", "workflow", "config", "profiles"):
            source = PROJECT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy2
            copy(source, folder / name)

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run Snakemake with `arguments`; stdout and stderr come back as one text."""
        return snakemake(self.folder, *arguments)

    def plan(self, *arguments: str) -> Plan:
        """Return what a dry run plans."""
        return dry_run(self.folder, *arguments)

    def planned(self, *arguments: str) -> dict[str, int]:
        """Return the jobs of a dry run: {rule: number of jobs}."""
        return dict(Counter(job.split()[0] for job in self.plan(*arguments).jobs))
