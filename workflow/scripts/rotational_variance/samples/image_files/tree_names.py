"""Names in a tree of images: which ones count, whether they are text, and where `train` and `test` lie.

Standard library only: the workflow looks through a folder at each start, to see whether it has changed.

A name that is not valid UTF-8 holds its bytes as surrogate escapes (PEP 383), in folders and archives alike.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

PARTS = ("train", "test")
ALIKE = {"train": "train", "training": "train", "test": "test", "testing": "test"}  # in lower case: the part meant
_HIDDEN = (".", "__MACOSX")
# What file managers, operating systems and network storage put beside a user's files, in lower case.
_SYSTEM_NAMES = {
    "#recycle",
    "#snapshot",
    "$recycle.bin",
    "@__thumb",
    "@eadir",
    "@recently-snapshot",
    "@recycle",
    "@sharebin",
    "@tmp",
    "@transcode",
    "__pycache__",
    "desktop.ini",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "icon\r",
    "lost+found",
    "network trash folder",
    "picasa.ini",
    "sync.ffs_db",
    "system volume information",
    "temporary items",
    "thumbs.db",
    "zbthumbnail.info",
    "~snapshot",
}
_SYSTEM_BEGINNINGS = (":2e", "synofile_thumb_", "synophoto_thumb_", "~$")
# Notes of Windows and of network storage on a file, copied to another file system; of phones and photo programs.
_SYSTEM_ENDS = (":zone.identifier", ":encryptable", "@synoeastream", "@synoresource", ".aae", ".xmp")


def is_passed_over(name: str) -> bool:
    """Tell whether a file or folder of this name is hidden, or put there by a system: neither a class nor an image."""
    lower = name.lower()
    return (
        name.startswith(_HIDDEN)
        or lower in _SYSTEM_NAMES
        or lower.startswith(_SYSTEM_BEGINNINGS)
        or lower.endswith(_SYSTEM_ENDS)
        or re.fullmatch(r"found\.\d{3}", lower) is not None  # what Windows found on a damaged disk
    )


def find_top(list_folders: Callable[[str], Iterable[str]]) -> str:
    """Return the folder of a tree that holds `train` or `test`: "", or "pets/" where that is all that the tree holds.

    Without one, the first folder that holds a name alike; or else "".
    list_folders  from a folder ("" or with a slash at its end) to the names of the folders in it
    """
    top, alike = "", []
    for _ in range(8):  # deeper than anybody packs; links may lead round and round
        folders = [name for name in list_folders(top) if not is_passed_over(name)]
        if any(part in folders for part in PARTS):
            return top
        if any(folder.lower() in ALIKE for folder in folders):
            alike.append(top)
        if len(folders) != 1:
            break
        top += f"{folders[0]}/"
    return alike[0] if alike else ""


def is_text(name: str) -> bool:
    """Tell whether a name is valid UTF-8."""
    return not any("\udc80" <= character <= "\udcff" for character in name)


def printable(name: str) -> str:
    r"""Return a name as it can be printed; bytes that are not UTF-8, and control characters, as \xe9 and \n."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(repr(each)[1:-1] if unicodedata.category(each) == "Cc" else each for each in text)
