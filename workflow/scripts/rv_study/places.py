"""Check that files and folders can be read and written before Snakemake starts.

Snakemake's own messages about these errors name no file, or are long.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import yaml

from rotational_variance.samples.image_files.folder_tree import locate, tell_missing
from rotational_variance.samples.image_files.tree_names import is_text, printable
from rv_study.errors import ConfigError

SECTIONS = ("study", "datasets", "trainings", "runs", "figures", "execution")  # of a whole config
WHOLE = "; a module needs a whole config, the project's with your changes: README.md, In a workflow of your own"
HDF5_BEGINS = (b"\x89HDF\r\n\x1a\n\0", b"\x89HDF\r\n\x1a\n\1")  # versions 0 and 1, as h5py writes them
HELD = slice(20, 24)  # the bytes of these that say whether a program has the file open for writing
MERGE = "tag:yaml.org,2002:merge"  # of the key <<, of which there may be several
ROOM = 2**17  # bytes that Snakemake needs for its own records


def find_config_file(path: Path, config: dict, project: Path, is_module: bool) -> Path:
    """Return the config file that what is given is laid on: `path`, or where that is not there, that of the project.

    config     what is given: by the command line or, if it uses this one as a module, by another workflow
    project    its folder, as it may run in another one. A module and a whole config need no file; theirs is `path`.
    Raises ConfigError if there is none, and one is needed.
    """
    is_enough = bool(config) if is_module else config.keys() >= {*SECTIONS}
    if is_enough or path.exists():
        return path
    if is_module:
        raise ConfigError(f"config: missing{WHOLE}")
    if not (project / path).exists():
        raise ConfigError(
            f"{path}: missing from {Path.cwd()}; run in the project's folder, or restore it: git checkout {path}"
        )
    return project / path


def read_config_file(path: Path) -> dict:
    """Read a config file.

    Raises ConfigError if it cannot be read, is empty, or not valid YAML with keys at its top level.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); restore it: git checkout {path}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML ({' '.join(str(error).split())}); correct it there") from None
    if not isinstance(content, dict):
        found = "nothing" if content is None else type(content).__name__
        raise ConfigError(f"{path}: holds {found}, expected keys such as `study`; restore it: git checkout {path}")
    return content


def check_keys(path: Path) -> None:
    """Raise ConfigError for a key that a config file (YAML) holds twice: only the last one would count.

    A file that cannot be read is left to what reads it.
    """
    try:
        nodes = [yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)]
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return
    seen = set()  # an anchor may be used at many places, also within itself
    while nodes:
        node = nodes.pop()
        if id(node) in seen or not isinstance(node, yaml.CollectionNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            nodes += node.value
            continue
        keys = set()
        for key, value in node.value:
            nodes.append(value)
            if isinstance(key, yaml.ScalarNode) and key.tag != MERGE:
                if (key.tag, key.value) in keys:
                    line = key.start_mark.line + 1
                    raise ConfigError(f"{path}: line {line}: {key.value} is there twice; make one of the two")
                keys.add((key.tag, key.value))


def check_name(project: Path) -> None:
    """Raise ConfigError for a project in whose path Snakemake would see wildcards, or which is no text."""
    if not is_text(os.fsencode(project).decode("utf-8", "surrogateescape")):
        raise ConfigError(f"{printable(str(project))}: this path is not UTF-8; rename the folder")
    if {"{", "}"} & {*str(project)}:
        raise ConfigError(
            f"{project}: Snakemake reads braces in this path as wildcards; rename the folder, without them"
        )


def check_folders(folders: Iterable[Path]) -> None:
    """Raise ConfigError if what Snakemake writes, below these folders, cannot be written."""
    for path in check_links(folders):
        existing = next(folder for folder in (path, *path.parents) if folder.exists())
        if not os.access(existing, os.W_OK | os.X_OK):
            raise ConfigError(f"{existing}: cannot be written to; get the right to, or run in a copy of the project")
        if shutil.disk_usage(existing).free < ROOM:
            raise ConfigError(f"{existing}: no space left on the disk; free some")


def check_links(folders: Iterable[Path]) -> list[Path]:
    """Return folders as absolute paths; raise ConfigError for a file, or a link to nothing, in the place of one."""
    paths = [folder.absolute() for folder in folders]
    for path in paths:
        if path.is_symlink() and not path.exists():
            raise ConfigError(f"{path}: is a link to {path.readlink()}, which is not there; make that folder")
        if path.exists() and not path.is_dir():
            raise ConfigError(f"{path}: is a file, but has to be a folder; move it away")
    return paths


def check_source(dataset: str, source: dict, made: Path) -> str | None:
    """Return a notice if the images of a dataset are missing.

    Raises ConfigError if `made`, its file, is there: Snakemake would delete it, then fail.
    """
    path = source.get("path")
    if not path or os.path.exists(locate(path)):
        return None
    missing = f"dataset {dataset}: {tell_missing(path)}"
    if made.exists():
        raise ConfigError(f"{missing}, but {made} was made from it; put it back, or correct `path` in the config")
    return f"{missing}; put it there, or correct `path` in the config"


def check_not_held(dataset: Path) -> None:
    """Raise ConfigError for a dataset file that another program has open for writing.

    Its first bytes differ until it is closed, and all networks would be trained again.
    """
    try:
        with open(dataset, "rb") as file:
            beginning = file.read(HELD.stop)
    except OSError:  # there is none yet; or what reads it will say why it cannot
        return
    if beginning.startswith(HDF5_BEGINS) and any(beginning[HELD]):
        raise ConfigError(
            f"{dataset}: another program has it open for writing, or had and was killed; close it there, or delete the "
            "file, which is made again"
        )
