"""Before the config is read: where the project's own code is, and whether there is a config to read."""

import shlex
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

# Not workflow.source_path, which gives a copy of one file: the folder itself, also if another workflow uses this one.
RULES = Path(workflow.current_basedir.get_path_or_uri(secret_free=False))
WORKFLOW = RULES.resolve().parent
sys.path.insert(0, str(WORKFLOW / "scripts"))

from rv_study import places, surroundings
from rv_study.errors import ConfigError

surroundings.prepare(WORKFLOW / "scripts")

# Snakemake puts its Python unquoted into the shell commands that start jobs; this lets them start where its path holds
# a space. (Paths without one are not changed by quoting.)
if not sys.executable.startswith("'"):
    sys.executable = shlex.quote(sys.executable)

IS_MODULE = not workflow.modifier.is_main_snakefile()
BASE, CONFIG_FILE = Path("config/config.yaml"), {}
try:
    places.check_name(RULES.parent.parent)
    places.check_folders([Path(".snakemake")])
    BASE = places.find_config_file(BASE, config, WORKFLOW.parent, IS_MODULE)
    if BASE.exists():  # what uses this workflow may bring a config of its own
        CONFIG_FILE = places.read_config_file(BASE)
except ConfigError as error:
    raise WorkflowError(str(error)) from None


def on_disk(path):
    """Return where a path with path variables really lies: what uses this workflow may place its folders elsewhere.

    Where Snakemake copies files to a scratch folder of each node and back, that is where they are copied back to, as long
    as no --default-storage-prefix says otherwise.
    """
    return Path(str(workflow.modifier.path_modifier.replace_prefix(workflow.pathvars.apply(path))))
