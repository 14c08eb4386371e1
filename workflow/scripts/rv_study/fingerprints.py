"""Fingerprint the code that a job really runs: its script and the project's modules that it imports, directly or not.

Snakemake itself notices only that the script's own file is newer. A fingerprint hashes the computation of the code
(code_hash.py), so that a touched file, a fresh clone, a new comment or another error text reruns nothing. Imports are
found anywhere in a module, by reading its code without running it.
"""

import hashlib
import json
import os
from functools import cache
from pathlib import Path

import yaml

from rotational_variance.samples.image_files.folder_tree import locate, look_through
from rv_study.code_facts import code_facts
from rv_study.errors import ConfigError

# Modules that surround a job, give advice about errors, refuse a network, or see to where results lie and that they are
# kept; they cannot change a result.
IGNORED = {
    "rotational_variance/inspection/look.py",
    "rotational_variance/networks/user_code.py",
    "rotational_variance/storage/file_errors.py",
    "rv_study/advice.py",
    "rv_study/around_jobs/device_choice.py",
    "rv_study/around_jobs/own_gpu.py",
    "rv_study/around_jobs/progress.py",
    "rv_study/around_jobs/progress_words.py",
    "rv_study/around_jobs/time_limits.py",
    "rv_study/around_jobs/to_snakemake.py",
    "rv_study/around_jobs/working_alone.py",
    "rv_study/dataset_places.py",
    "rv_study/durations.py",
    "rv_study/forced.py",
    "rv_study/job_log.py",
    "rv_study/kept_store.py",
    "rv_study/links.py",
    "rv_study/take_or_make.py",
}


@cache
def fingerprint(script: Path, *further: Path) -> dict[str, str]:
    """Return {file: hash} of `script`, the files `further`, and the modules below script's folder that they import.

    Imports of imported modules count, too. Files are named relative to that folder. Modules that hold nothing but a
    docstring, and those of IGNORED, are left out. Raises ConfigError for a file that is not valid Python.
    """
    folder = script.parent
    files = set()
    waiting = [script, *further]
    while waiting:
        path = waiting.pop()
        if path not in files and path.relative_to(folder).as_posix() not in IGNORED:
            files.add(path)
            waiting += imports(path, folder)
    return {
        path.relative_to(folder).as_posix(): code_facts(path).hash
        for path in sorted(files)
        if not code_facts(path).only_docstring
    }


def hashes(*files: Path) -> dict[str, str]:
    """Return {name: hash} of the contents of other files that a job depends on."""
    return {path.name: _hash(path) for path in files}


@cache
def environment_hash(path: Path) -> str:
    """Hash the content of an environment file (YAML); its comments and layout do not count."""
    try:
        content = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML ({' '.join(str(error).split())}); correct it there") from None
    return _digits(json.dumps(content, sort_keys=True).encode())


@cache
def images_hash(path: Path) -> str:
    """Hash an archive of images, or the names and contents of the files of a folder of images that are read.

    For a file or folder that cannot be read, the reason is hashed instead; the job that reads it raises the error.
    """
    path = locate(path)
    if not os.path.isdir(path):
        return _hash_or_reason(path)
    try:
        tree = look_through(path)
    except OSError:
        return "not readable"
    classes = sorted(name for name in tree.folders if name.count("/") == 1)  # which may be empty
    digest = hashlib.sha256("\0".join(classes).encode("utf-8", "surrogateescape"))
    for name, file in tree.files.items():
        digest.update(f"{name}\0{_hash_or_reason(Path(file))}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:16]


def _hash_or_reason(path: Path) -> str:
    try:
        return _hash(path) if os.path.isfile(path) else "no file"
    except OSError:
        return "not readable"


@cache
def imports(path: Path, folder: Path) -> tuple[Path, ...]:
    """List the files below `folder` that a module imports, and the `__init__.py` of each package on the way to them."""
    names = []
    for module, level, imported in code_facts(path).imports:
        package = _absolute(module, level, path.relative_to(folder))
        names += [package, *(f"{package}.{name}" for name in imported)]
    parents = {name.rsplit(".", i)[0] for name in names for i in range(name.count(".") + 1)}
    candidates = [folder.joinpath(*name.split(".")) for name in sorted(parents)]
    files = [file for base in candidates for file in (base.with_suffix(".py"), base / "__init__.py")]
    return tuple(file for file in files if file.is_file())


def _absolute(module: str, level: int, path: Path) -> str:
    """Return the full name of a module that the file `path` imports; `level` counts the dots of a relative import."""
    package = path.parts[: len(path.parts) - level] if level else ()
    return ".".join([*package, *([module] if module else [])])


@cache
def _hash(path: Path) -> str:
    with open(path, "rb") as file:  # which may be larger than the memory
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _digits(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
