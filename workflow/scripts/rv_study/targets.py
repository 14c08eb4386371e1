"""Answer a target on the command line that lies in another study's place with the right path.

Snakemake's own answer would be that there is no rule to produce it.
"""

import os
import re
from collections.abc import Callable, Container, Sequence
from pathlib import Path

from rv_study.errors import ConfigError

DATASET = "datasets/"
# What studies make, below the folder of a study. Files of other names may be made by a user's own rules.
MADE = re.compile(
    r"report\.html|datasets/[^/]+\.h5|(variance|checkpoints)/[^/]+_seed\d+\.\w+|plots/.+"
    r"|tables/(global|accuracy|layers|claims|findings)\.\w+"
)
OTHER_PATHS = {"--report", "--cleanup-metadata", "--cm"}  # options whose values are paths, but no targets


def check(
    arguments: Sequence[str],
    results: Path,
    name: str | None,
    own_datasets: Container[str],
    is_made: Callable[[str], bool] = lambda path: False,
) -> None:
    """Raise ConfigError for the first argument that is a result in another place than it has in this study.

    results       the folder of all studies
    name          of the study, or None
    own_datasets  the datasets that lie in the study's own folder
    is_made       a function that tells whether a rule makes a file, as one of a user's own may
    """
    if OTHER_PATHS & {*arguments}:
        return
    for argument in arguments:
        for of_study, file in _readings(argument, results):
            right = _right_study(file, name, own_datasets)
            if not MADE.fullmatch(file):
                continue
            if is_made(argument) and not file.startswith(DATASET):  # the rule of datasets makes both places' files
                continue
            place = results / (right or "") / file
            if right != of_study:
                raise ConfigError(f"{argument}: {_explain(of_study, name, file)}{place}")
            if os.path.isabs(argument):
                raise ConfigError(f"{argument}: Snakemake knows this file by its relative path only, {place}")


def _readings(argument: str, results: Path) -> list[tuple[str | None, str]]:
    """Return (name of the study or None, path in its folder) for each way to read an argument as a result."""
    path = os.path.relpath(argument or ".", results)
    first, _, rest = path.partition("/")
    return [] if first in ("..", ".") else [(None, path), (first, rest)]


def _right_study(file: str, name: str | None, own_datasets: Container[str]) -> str | None:
    is_shared = file.startswith(DATASET) and Path(file).stem not in own_datasets
    return None if is_shared else name


def _explain(of_study: str | None, name: str | None, file: str) -> str:
    if file.startswith(DATASET) and name and of_study in (None, name):
        if of_study is None:
            return "is of another source (or size, or fit, ...) than in this config, whose dataset is "
        return "datasets are made once for all studies: "
    this = f"the study of this config is named {name}" if name else "the study of this config has no name"
    if of_study is None:
        return f"{this}, so the file is "
    return f"{this}; that of {of_study} needs its own --configfile, and the same file of this one is "
