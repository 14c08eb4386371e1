"""Let jobs of a cluster compute with the config of the command that submitted them.

Such a job starts Snakemake anew, which reads the config's files again; they may have been edited while it waited.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from rotational_variance.storage.files import replacing
from rv_study.errors import ConfigError

VARIABLE = "ROTATIONAL_VARIANCE_CONFIGS"  # the files that hold the configs of all studies of a workflow, in their order
FOLDER = Path(".snakemake") / "rotational_variance"


def hold(configs: Iterable[dict[str, dict]]) -> None:
    """Write down configs for the jobs of this command.

    configs  of each study of the workflow, in the order of their `module` statements: {name: config}
    Raises ConfigError if they cannot be written.
    """
    paths = []
    for config in configs:
        text = json.dumps(config)
        path = (FOLDER / f"config_{hashlib.sha256(text.encode()).hexdigest()[:16]}.json").absolute()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_text(text, encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}; jobs of a cluster read their config there") from None
        paths.append(str(path))
    os.environ[VARIABLE] = os.pathsep.join(paths)


def let_go(number: int) -> None:
    """Forget the configs of another command, in which this one runs, at the first study of this one."""
    if number == 0:
        os.environ.pop(VARIABLE, None)


def held(number: int) -> dict[str, dict] | None:
    """Return the config of the study of this number, from 0 on, as it was when this job was submitted.

    None if nothing was written down for it. Raises ConfigError if that cannot be read.
    """
    paths = [path for path in os.environ.get(VARIABLE, "").split(os.pathsep) if path]
    if number >= len(paths):
        return None
    try:
        return json.loads(Path(paths[number]).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{paths[number]}: the config of the command that submitted this job cannot be read ({error}); run the "
            "same command again"
        ) from None
