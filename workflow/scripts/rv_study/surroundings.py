"""Set the environment variables that Snakemake's jobs inherit, so that a job works wherever it is started."""

import os
import sys
import tempfile
from importlib.machinery import PathFinder
from pathlib import Path

PACKAGES = ("rotational_variance", "rv_jobs", "rv_study")


def prepare(scripts: Path) -> None:
    """Let jobs read files without locks, draw without a display, and find the project's own packages and a cache.

    scripts  the folder of the packages
    """
    # Results are only ever replaced by renaming, never written in place: reading them needs no lock. Locks would fail
    # on file systems that have none, and while another program holds a file open.
    os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")
    if os.environ.get("MPLBACKEND", "").startswith("module://"):  # that of a notebook, which is not installed here
        os.environ["MPLBACKEND"] = "agg"
    _let_own_packages_win(str(scripts))
    _let_caches_be_written(Path(".snakemake").absolute())


def _let_own_packages_win(scripts: str) -> None:
    """Put `scripts` first on PYTHONPATH if a package of the same name lies anywhere else.

    Snakemake puts a script's folder last. Not always first, as a user's model may import a `tables` of its own.
    """
    elsewhere = [path for path in sys.path if path != scripts]
    if any(PathFinder.find_spec(package, elsewhere) for package in PACKAGES):
        further = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != scripts]
        os.environ["PYTHONPATH"] = os.pathsep.join([scripts, *further])


def _let_caches_be_written(folder: Path) -> None:
    """Let caches be kept below `folder` if they cannot be in the user's home."""
    home = Path(os.path.expanduser("~"))
    # Of matplotlib, and of Snakemake itself where a job of a cluster starts it.
    if not _can_be_made(Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")):
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    if not _can_be_made(Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")):
        os.environ.setdefault("MPLCONFIGDIR", str(folder / "matplotlib"))


def _can_be_made(folder: Path) -> bool:
    """Tell whether a folder is, or could be, one to write into: by doing so, as permissions alone do not tell."""
    try:
        existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        with tempfile.TemporaryDirectory(dir=existing):
            return True
    except OSError:
        return False
