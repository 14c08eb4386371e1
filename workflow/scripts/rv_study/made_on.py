"""What a page was made on, and what its runs took: for people alone, as it differs from one making to the next."""

import csv
import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from rv_study.around_jobs.progress_words import describe_cpu
from rv_study.durations import in_words
from rv_study.kept_store import TAKEN

RESUMED = "going on after epoch "  # begins a line of a training's log if it went on from an unfinished one
NOT_MEASURED = "n/a"


def describe_making(project: Path) -> dict[str, str]:
    """Return when, on what and by which state of the project a page is made: {name: text}."""
    facts = {
        "made": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
        "state of the project": _commit(project),
        "snakemake": version("snakemake"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "GPU": _ask("nvidia-smi", "--query-gpu=name", "--format=csv,noheader") or "none",
    }
    return {name: text for name, text in facts.items() if text}


def _commit(project: Path) -> str:
    """Return the commit of a clone, and whether files of it were changed since; "" for what is no clone."""
    git = ("git", "--no-optional-locks", "-C", str(project))  # as a person may be about to commit
    top = _ask(*git, "rev-parse", "--show-toplevel")
    if not top or not os.path.samefile(top, project):  # a copy of the project in another repository
        return ""
    commit = _ask(*git, "rev-parse", "--short=12", "HEAD")
    changed = commit and _ask(*git, "status", "--porcelain", "--untracked-files=no")
    return f"commit {commit}{', with changes' if changed else ''}" if commit else ""


def _processor() -> str:
    with suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return _ask("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor() or "not known"


def _ask(*command: str) -> str:
    """Return what a program says, in one line; "" if it is not there, or fails."""
    if shutil.which(command[0]) is None:
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        return "; ".join(done.stdout.split("\n")).strip("; ")
    return ""


@dataclass(frozen=True)
class Job:
    """The files that tell what a job took: of its rule's `benchmark:`, and its log."""

    benchmark: Path
    log: Path


def describe_cost(job: Job, computed_on: dict[str, object]) -> str:
    """Say how long a job took, how much memory, and on what; or that nothing was computed.

    computed_on  the device and threads of the job, out of its results
    """
    lines = []
    with suppress(OSError):
        lines = job.log.read_text(encoding="utf-8").splitlines()
    if any(line.startswith(TAKEN) for line in lines):
        return "kept from before"
    device = computed_on.get("device", "cpu")
    where = describe_cpu(computed_on.get("threads", 1)) if device == "cpu" else device
    part = " (its last part)" if any(line.startswith(RESUMED) for line in lines) else ""
    return f"{describe_costs([job])}{part}, {where}"


def describe_costs(jobs: Sequence[Job]) -> str:
    """Say how long jobs took one after the other, and the largest memory of one."""
    rows = [row for job in jobs if (row := _read_row(job.benchmark))]
    seconds, memory = ([number for row in rows if (number := _number(row.get(name)))] for name in ("s", "max_rss"))
    if not seconds:
        return NOT_MEASURED
    return in_words(sum(seconds)) + (f", {max(memory):,.0f} MiB" if memory else "")


def _read_row(benchmark: Path) -> dict[str, str]:
    """Read the line of a `benchmark:` file; {} if there is none, as where results were copied here."""
    with suppress(OSError, csv.Error, UnicodeDecodeError), open(benchmark, newline="", encoding="utf-8") as file:
        return next(csv.DictReader(file, delimiter="\t"), {})
    return {}


def _number(text: str | None) -> float:
    """Return a number, or 0 for what is none: Snakemake measures no memory of very short jobs."""
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
