"""Look through a folder of images. Standard library only, as the workflow does it at each start."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from rotational_variance.samples.image_files.tree_names import PARTS, find_top, is_passed_over, printable


@dataclass
class FolderTree:
    """Names below a folder, relative to `top`, as `tree_names` says; files in the order of their names.

    top          the folder that holds `train` and `test`, with a slash at its end, or ""
    files        {name: path}
    folders      names
    content      all that lies in `top` but hidden and system files, in order, as it can be printed; folders with a
                 slash at their end
    passed_over  names of hidden and system files that were left out, without their folders; of links to a folder
                 that is there already, with these
    """

    top: str
    files: dict[str, str] = field(default_factory=dict)
    folders: list[str] = field(default_factory=list)
    content: list[str] = field(default_factory=list)
    passed_over: set[str] = field(default_factory=set)


def locate(path: str | Path) -> Path:
    """Return where a path of the config really is: `~` is the user's home."""
    # Text of a config is Unicode. Where the system's file names are ASCII, its UTF-8 bytes are what is on the disk.
    return Path(os.fsdecode(os.path.expanduser(path).encode("utf-8", "surrogateescape")))


def tell_missing(path: str | Path) -> str:
    """Say in a line that there is nothing at a path of the config, with the reason if its text tells it."""
    if re.match(r"(https?|ftp|s3):/", str(path)):
        why = " (addresses are not fetched: download it)"
    elif "$" in str(path):
        why = " (variables such as $HOME are not looked up in a path, but ~ is)"
    else:
        why = ""
    return f"{path}: no such folder or archive{why}"


def look_through(folder: Path) -> FolderTree:
    """List `train` and `test` of a folder, or of the one folder in it. Links are followed.

    Raises OSError, naming it, for a folder that cannot be read.
    """
    top = find_top(lambda name: [entry.name for entry in _scan(folder / name) if _is_folder(entry)])
    base = folder / top
    visible = [entry for entry in _scan(base) if not is_passed_over(entry.name)]
    content = [f"{printable(_as_utf8(entry.name))}{'/' * _is_folder(entry)}" for entry in visible]
    tree = FolderTree(top, content=sorted(content))
    for part in PARTS:
        if (base / part).is_dir():
            _look_into(str(base / part), part, (os.path.realpath(base),), set(), tree)
    tree.files = dict(sorted(tree.files.items()))
    return tree


def _look_into(path: str, name: str, above: tuple[str, ...], entered: set[str], tree: FolderTree) -> None:
    """Add what lies in a folder to `tree`.

    above    the real paths of the folders that hold it
    entered  those of the folders of its class that were looked into before: links do not make their images more
    """
    real = os.path.realpath(path)
    if real in entered or any(f"{holder}{os.sep}".startswith(f"{real}{os.sep}") for holder in above):
        tree.passed_over.add(f"{printable(name)} (a link to a folder that is there already)")
        return
    if name.count("/") <= 1:  # a class of its own, which may be a link to another class
        entered = set()
    entered.add(real)
    tree.folders.append(name)
    for entry in _scan(path):
        child = f"{name}/{_as_utf8(entry.name)}"
        if is_passed_over(entry.name):
            tree.passed_over.add(printable(_as_utf8(entry.name)))
        elif _is_folder(entry):
            _look_into(entry.path, child, (*above, real), entered, tree)
        else:
            tree.files[child] = entry.path


def _scan(path: str | Path) -> list[os.DirEntry]:
    with os.scandir(path) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself; reading it will say so
        return False


def _as_utf8(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "surrogateescape")
