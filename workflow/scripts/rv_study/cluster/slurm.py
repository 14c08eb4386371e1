"""What a SLURM cluster has, and what it says of a job before it is submitted."""

import math
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rv_study.errors import ConfigError

ASKED_S = 60  # until an answer
MINUTES_OF = (1440, 60, 1)  # a day, an hour, a minute


@dataclass(frozen=True)
class Partition:
    """A partition: its limits are those of its largest node; None is no limit."""

    name: str
    is_default: bool
    minutes: int | None
    memory_mb: int
    has_gpus: bool


@dataclass(frozen=True)
class Settings:
    """Whether accounts of jobs are kept, which `sacct` reads, and how long `squeue` knows of one that has ended."""

    keeps_accounts: bool
    remembers_s: float


def read_partitions() -> list[Partition]:
    """Ask SLURM for its partitions. Raises ConfigError where there is no SLURM, or it does not answer."""
    lines = _ask("sinfo", "--noheader", "--all", "--exact", "--format=%P|%l|%m|%G").splitlines()
    return _merge(filter(None, map(_read_line, lines)))


def _read_line(line: str) -> Partition | None:
    parts = line.strip().split("|")
    if len(parts) != len(("name", "time", "memory", "gres")):
        return None
    name, limit, memory, gres = parts
    return Partition(
        name=name.rstrip("*"),
        is_default=name.endswith("*"),
        minutes=read_minutes(limit),
        memory_mb=_number(memory),
        has_gpus=bool(re.search(r"\bgpu\b", gres)),
    )


def read_minutes(limit: str) -> int | None:
    """Read a time limit as SLURM writes it: [days-]hours:minutes:seconds, minutes:seconds; None for none."""
    days, has_days, rest = limit.rpartition("-")
    if not re.fullmatch(r"[\d:]+", rest):
        return None
    parts = [int(part) for part in rest.split(":")]
    hours_minutes = parts[:2] if has_days or len(parts) == 3 else [0, *parts[:1]]
    return sum(n * each for n, each in zip([int(days or 0), *hours_minutes], MINUTES_OF, strict=False))


def _number(text: str) -> int:
    """Read a number that may have a + behind it, as nodes differ."""
    return int(re.match(r"\d*", text).group() or 0)


def _merge(partitions: Iterable[Partition]) -> list[Partition]:
    """Put the lines of one partition together, one for each kind of its nodes."""
    merged: dict[str, Partition] = {}
    for one in partitions:
        other = merged.get(one.name, one)
        merged[one.name] = Partition(
            name=one.name,
            is_default=one.is_default or other.is_default,
            minutes=one.minutes,
            memory_mb=max(one.memory_mb, other.memory_mb),
            has_gpus=one.has_gpus or other.has_gpus,
        )
    return list(merged.values())


def choose_partition(partitions: Iterable[Partition], wanted: str | None) -> Partition | None:
    """Return the partition that jobs go to: the one that is wanted, or else the cluster's default.

    Of a list of names, of which SLURM chooses one: what all of them have. None if one of them is not known. Raises
    ConfigError if none is wanted, and none is the default.
    """
    by_name = {partition.name: partition for partition in partitions}
    if wanted is not None:
        chosen = [by_name.get(name.strip()) for name in wanted.split(",")]
        return None if None in chosen else _common(wanted, chosen)
    names = ", ".join(by_name) or "none"
    defaults = [partition for partition in by_name.values() if partition.is_default]
    if defaults:
        return defaults[0]
    raise ConfigError(
        f"SLURM has no default partition: say which of {names} to use, by --default-resources slurm_partition=..., or "
        "in profiles/slurm/config.yaml"
    )


def _common(name: str, partitions: Sequence[Partition]) -> Partition:
    """Return what jobs can rely on in any of some partitions."""
    return Partition(
        name=name,
        is_default=False,
        minutes=min((each.minutes for each in partitions if each.minutes is not None), default=None),
        memory_mb=min(each.memory_mb for each in partitions),
        has_gpus=all(each.has_gpus for each in partitions),
    )


def read_settings() -> Settings:
    """Ask SLURM how it tells of jobs that have ended."""
    text = _ask("scontrol", "show", "config")
    storage = re.search(r"^AccountingStorageType\s*=\s*(\S+)", text, re.M)
    age = re.search(r"^MinJobAge\s*=\s*(\d+)", text, re.M)
    return Settings(
        keeps_accounts=storage is not None and not re.search(r"/none$|\(null\)", storage.group(1)),
        remembers_s=(int(age.group(1)) or math.inf) if age else 300,  # 0 is for ever; 300 SLURM's default
    )


ADVICE = (  # by what SLURM says; the first that fits
    (
        "accounting/qos policy",
        "it exceeds a limit of your account or quality of service: set execution.runtime_minutes, memory_mb or threads "
        "in the config, or submit fewer jobs at once (--jobs)",
    ),
    ("account", "say whose account to use, by --default-resources slurm_account=..."),
    ("partition", "say which partition to use, by --default-resources slurm_partition=..."),
    ("qos", "say which quality of service to use, by --default-resources qos=..."),
    ("time limit", "set execution.runtime_minutes in the config"),
    ("memory", "set execution.memory_mb in the config"),
    ("gres", "take `gpu` out of the job by execution.device: cpu in the config, or ask for a partition with GPUs"),
    ("processors", "set execution.threads in the config"),
    ("node configuration", "set execution.threads and execution.memory_mb in the config, or ask for another partition"),
)


def n_given_gpus() -> int:
    """Return 1 in a job of SLURM that was given GPUs, whatever it may see, and 0 elsewhere."""
    return int(any(os.environ.get(name) for name in ("SLURM_GPUS", "SLURM_JOB_GPUS", "SLURM_STEP_GPUS")))


def check_job(name: str, asked: Sequence[str]) -> None:
    """Ask SLURM whether it would take a job; raise ConfigError, with what it says, if not.

    asked  the flags of sbatch
    """
    done = _run("sbatch", "--test-only", *asked, "--wrap=true")
    if done.returncode == 0:
        return
    text = " ".join(done.stderr.replace("sbatch: error:", "").replace("allocation failure:", "").split())
    advice = next((advice for word, advice in ADVICE if word in text.lower()), "see docs/cluster.md")
    raise ConfigError(f"SLURM would not take the job {name} ({shlex.join(asked)}): {text}; {advice}")


def _ask(*command: str) -> str:
    done = _run(*command)
    if done.returncode:
        text = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
        raise ConfigError(f"{command[0]}: {text}; is SLURM's controller up?")
    return done.stdout


def _run(*command: str) -> subprocess.CompletedProcess:
    if shutil.which(command[0]) is None:
        raise ConfigError(f"{command[0]}: not found; run this where jobs are submitted to SLURM, on a login node")
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=ASKED_S, check=False)
    except subprocess.TimeoutExpired:
        raise ConfigError(f"{command[0]}: no answer in {ASKED_S} s; is SLURM's controller up?") from None
