"""Fingerprint the code that a job really runs: its script and the project's modules that it imports, directly or not.

Snakemake itself notices only that the script's own file is newer. Contents are hashed, so that a touched file or a
fresh clone reruns nothing. Imports are found by reading the code, not by running it, anywhere in a module.
"""

import ast
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# What only tells a person how a job goes: no change to it changes a result.
WITHOUT_EFFECT = {"rotational_variance/reporting.py"}


@cache
def fingerprint(script: Path, *further: Path) -> dict[str, str]:
    """Return {file: hash} of `script`, of the files `further`, and of what any of them imports below script's folder.

    Files are named relative to that folder. Modules that hold nothing but a docstring, and those of WITHOUT_EFFECT, are
    left out.
    """
    folder = script.parent
    files = set()
    waiting = [script, *further]
    while waiting:
        path = waiting.pop()
        if path not in files:
            files.add(path)
            waiting += imports(path, folder)
    return {
        name: _hash(path)
        for path in sorted(files)
        if (name := path.relative_to(folder).as_posix()) not in WITHOUT_EFFECT and not _only_docstring(path)
    }


def hashes(*files: Path) -> dict[str, str]:
    """Return {name: hash} of other files that a job depends on, such as its environment's."""
    return {path.name: _hash(path) for path in files}


@cache
def images_hash(path: Path) -> str:
    """Hash a zip, or the names and contents of the files below a folder's `train` and `test`, hidden ones left out.

    Links are followed. What cannot be read counts as such: the job that reads it says so.
    """
    if not os.path.isdir(path):
        return _hash_or_reason(path)
    digest = hashlib.sha256()
    for part in ("test", "train"):
        for file in _images(path / part, set()):
            digest.update(f"{file.relative_to(path).as_posix()}\0{_hash_or_reason(file)}\0".encode())
    return digest.hexdigest()[:16]


def _images(path: Path, above: set[str]) -> Iterator[Path]:
    """Yield the files below a folder; the path itself where that is none that can be read."""
    real = os.path.realpath(path)
    try:
        inside = sorted(path.iterdir())
    except OSError:
        yield path
        return
    if real not in above:  # else a link back to a folder that this one is in
        for child in inside:
            if not child.name.startswith((".", "__MACOSX")):
                yield from _images(child, above | {real})


def _hash_or_reason(path: Path) -> str:
    try:
        return _hash(path) if os.path.isfile(path) else "no file"
    except OSError as error:
        return str(error.strerror)


@cache
def imports(path: Path, folder: Path) -> tuple[Path, ...]:
    """List the files below `folder` that a module imports, and the packages' own `__init__.py` on the way to them."""
    names = []
    for node in ast.walk(_parse(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, path.relative_to(folder))
            names += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    parents = {name.rsplit(".", i)[0] for name in names for i in range(name.count(".") + 1)}
    candidates = [folder.joinpath(*name.split(".")) for name in sorted(parents)]
    files = [file for base in candidates for file in (base.with_suffix(".py"), base / "__init__.py")]
    return tuple(file for file in files if file.is_file())


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    """Return the full name of the module that `from ... import` names; `path` is that of the importing file."""
    package = path.parts[: len(path.parts) - node.level] if node.level else ()
    return ".".join([*package, *([node.module] if node.module else [])])


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


def _only_docstring(path: Path) -> bool:
    body = _parse(path).body
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
