"""What a page was made on, and what its runs took: for people alone, as it differs from one making to the next."""

import csv
import os
import platform
import shutil
import subprocess
from contextlib import suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from rv_study.durations import in_words

TAKEN = "taken from "  # begins a line of a job's log if its result was kept, and so not computed again
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
    commit = _ask("git", "-C", str(project), "rev-parse", "--short=12", "HEAD")
    changed = commit and _ask("git", "-C", str(project), "status", "--porcelain", "--untracked-files=no")
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


def describe_cost(benchmark: Path, log: Path) -> str:
    """Say how long a job took, and how much memory, out of its `benchmark:` file; or that nothing was computed.

    log  of the job
    """
    with suppress(OSError):
        if any(line.startswith(TAKEN) for line in log.read_text(encoding="utf-8").splitlines()):
            return "kept from before"
    try:
        with open(benchmark, newline="", encoding="utf-8") as file:
            row = next(csv.DictReader(file, delimiter="\t"))
        return f"{in_words(float(row['s']))}, {float(row['max_rss']):,.0f} MiB"
    except (OSError, StopIteration, KeyError, ValueError):  # as where results were copied here
        return NOT_MEASURED
