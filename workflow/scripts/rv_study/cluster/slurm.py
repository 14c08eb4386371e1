"""What a SLURM cluster has, and what it says of a job before it is submitted."""

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


def read_partitions() -> list[Partition]:
    """Ask SLURM for its partitions. Raises ConfigError where there is no SLURM, or it does not answer."""
    lines = _ask("sinfo", "--noheader", "--all", "--format=%P|%l|%m|%G").splitlines()
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

    None if that is not known, as of a list of names. Raises ConfigError if none is wanted, and none is the default.
    """
    by_name = {partition.name: partition for partition in partitions}
    if wanted is not None:
        return by_name.get(wanted)
    names = ", ".join(by_name) or "none"
    defaults = [partition for partition in by_name.values() if partition.is_default]
    if defaults:
        return defaults[0]
    raise ConfigError(
        f"SLURM has no default partition: say which of {names} to use, by --default-resources slurm_partition=..., or "
        "in profiles/slurm/config.yaml"
    )


def keeps_accounts() -> bool:
    """Tell whether SLURM keeps accounts of jobs, which `sacct` reads."""
    found = re.search(r"^AccountingStorageType\s*=\s*(\S+)", _ask("scontrol", "show", "config"), re.M)
    return found is not None and not found.group(1).endswith("/none")


ADVICE = (  # by what SLURM says
    ("account", "say whose account to use, by --default-resources slurm_account=..."),
    ("partition", "say which partition to use, by --default-resources slurm_partition=..."),
    ("qos", "say which quality of service to use, by --default-resources qos=..."),
    ("time limit", "set execution.runtime_minutes in the config"),
    ("memory", "set execution.memory_mb in the config"),
    ("gres", "take `gpu` out of the job by execution.device: cpu in the config, or ask for a partition with GPUs"),
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
