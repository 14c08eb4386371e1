"""Which results a user forces Snakemake to make again, as by `--forcerun`: jobs must not take these from the kept ones.

Snakemake tells its jobs nothing of it. An environment variable does: jobs inherit it, and it ends with the command.
"""

import os
from collections.abc import Iterable

VARIABLE = "ROTATIONAL_VARIANCE_FORCED"


def force(results: Iterable[tuple[str, str]]) -> None:
    """Let the jobs of this command compute these results, each by its stage and run, rather than take them."""
    os.environ[VARIABLE] = " ".join(sorted({*os.environ.get(VARIABLE, "").split(), *map("/".join, results)}))


def is_forced(stage: str, run: str) -> bool:
    """Tell whether the command that started this job forces a result."""
    return f"{stage}/{run}" in os.environ.get(VARIABLE, "").split()
