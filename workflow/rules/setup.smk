"""Before the config is read: where the project's own code is, and whether there is a config to read."""

import shlex
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

# Not workflow.source_path, which gives a copy of one file: the folder itself, also if another workflow uses this one.
WORKFLOW = Path(workflow.current_basedir.get_path_or_uri(secret_free=False)).resolve().parent
sys.path.insert(0, str(WORKFLOW / "scripts"))

from rv_study import places
from rv_study.errors import ConfigError

# Snakemake puts its Python unquoted into the shell commands that start jobs; this lets them start where its path holds
# a space. (Paths without one are not changed by quoting.)
if not sys.executable.startswith("'"):
    sys.executable = shlex.quote(sys.executable)

CONFIG_FILE = {}
try:
    places.check_folders([Path(".snakemake")])
    if not config or Path("config/config.yaml").exists():  # what uses this workflow may bring a config of its own
        CONFIG_FILE = places.read_config_file(Path("config/config.yaml"))
except ConfigError as error:
    raise WorkflowError(str(error)) from None


def on_disk(path):
    """Return where a path with path variables really lies: what uses this workflow may place its folders elsewhere."""
    return Path(str(workflow.modifier.path_modifier.modify(workflow.pathvars.apply(path))))
