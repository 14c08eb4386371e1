"""Keep finished results under a hash of all that made them, and take them from there when the same comes back.

A kept result is a folder of hard links, and a file that says what made them. Nothing here computes anything, so no
change here reruns a job.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rotational_variance.storage.files import replacing, sha256
from rv_study.links import link

RECORD, LOG, COPIES = "made_by.json", "job.log", "copies"
TAKEN = "taken from "  # begins a line of the log of a job whose result was kept, and so not computed again
FORMAT = "rotational-variance kept 1"
N_DIGITS = 16  # hexadecimal, of a key


@dataclass(frozen=True)
class Result:
    """The result of one job, and all that made it.

    stage    train or measure
    run      the name of its run, as in names of files
    made_by  numbers and code, as texts "name: value"; empty if nobody knows
    inputs   SHA-256 of the job's input files, by name; of its own files if nobody knows
    """

    stage: str
    run: str
    made_by: tuple[str, ...]
    inputs: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """A hash of all that made the result: the name of its folder."""
        content = json.dumps([self.stage, self.run, sorted(set(self.made_by)), sorted(self.inputs)])
        return hashlib.sha256(content.encode()).hexdigest()[:N_DIGITS]


@dataclass(frozen=True)
class Entry:
    """A result that is kept in `folder`; `files` maps the names of its files to their SHA-256."""

    folder: Path
    result: Result
    files: dict[str, str]

    def find_damage(self) -> str:
        """Say what is wrong with the kept files; "" if they are as they were."""
        for name, expected in self.files.items():
            try:
                found = sha256(self.folder / name)
            except OSError as error:
                return f"{name}: {error.strerror}"
            if found != expected:
                return f"{name} has changed since"
        return ""


class Store:
    """The folder of all kept results, of all studies."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def find(self, key: str) -> Entry | None:
        """Return the result that is kept under a key, or None."""
        folder = self.folder / key
        try:
            record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
            if record["format"] != FORMAT:
                return None
            made_by, inputs = tuple(record["made_by"]), tuple((name, digest) for name, digest in record["inputs"])
            return Entry(folder, Result(record["stage"], record["run"], made_by, inputs), dict(record["files"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def entries(self) -> Iterator[Entry]:
        """Yield all kept results."""
        for folder in sorted(self.folder.glob("*/")):
            entry = self.find(folder.name)
            if entry is not None:
                yield entry

    def holds(self, result: Result, files: list[Path]) -> bool:
        """Tell whether these very files are kept as a result."""
        entry = self.find(result.key)
        return (
            entry is not None
            and set(entry.files) == {path.name for path in files}
            and all(_is_same(path, entry.folder / path.name, entry.files[path.name]) for path in files)
        )

    def holds_bytes(self, stage: str, run: str, files: list[Path]) -> bool:
        """Tell whether files of these bytes are kept as a result of a run, whatever made them."""
        found = {path.name: sha256(path) for path in files}
        entries = (entry for entry in self.entries() if (entry.result.stage, entry.result.run) == (stage, run))
        return any(entry.files == found and not entry.find_damage() for entry in entries)

    def keep(self, result: Result, files: list[Path], log: Path) -> bool:
        """Keep the files of a result, and its job's log; return False if they had to be copied.

        Raises OSError if there is no room; then nothing new of it is kept.
        """
        folder = self.folder / result.key
        try:
            self._set_aside(result, files)
            # The record comes last, and says that the rest is whole.
            are_linked = [link(path, folder / path.name) for path in files]
            with suppress(FileNotFoundError):
                shutil.copyfile(log, folder / LOG)
            record = {
                "format": FORMAT,
                "stage": result.stage,
                "run": result.run,
                "made_by": sorted(set(result.made_by)),
                "inputs": sorted(result.inputs),
                "files": {path.name: sha256(path) for path in files},
            }
            with replacing(folder / RECORD) as temporary:
                temporary.write_text(json.dumps(record, indent=1), encoding="utf-8")
        except OSError:
            if self.find(result.key) is None:
                shutil.rmtree(folder, ignore_errors=True)  # copies would fill the disk further
            raise
        return all(are_linked)

    def _set_aside(self, result: Result, files: list[Path]) -> None:
        """Move what is kept of a result under another name, if `files` differ: the same numbers made them, on other
        devices or threads, say."""
        entry = self.find(result.key)
        if entry is not None and not self.holds(result, files) and not entry.find_damage():
            digests = "".join(sorted(entry.files.values()))
            aside = self.folder / f"{result.key}_{hashlib.sha256(digests.encode()).hexdigest()[:N_DIGITS]}"
            if not aside.exists():  # else the same bytes stand there already
                entry.folder.rename(aside)

    def is_first_copy(self) -> bool:
        """Tell whether files are copied here for the first time, which is worth a word."""
        try:
            (self.folder / COPIES).touch(exist_ok=False)
        except OSError:
            return False
        return True


def _is_same(path: Path, kept: Path, digest: str) -> bool:
    try:
        return os.path.samefile(path, kept) or (kept.is_file() and sha256(path) == digest)
    except OSError:
        return False
