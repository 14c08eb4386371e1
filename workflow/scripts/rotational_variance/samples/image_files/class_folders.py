"""Which files of a tree of images belong to which class of which part."""

import unicodedata
from collections.abc import Iterable, Sequence

from rotational_variance.samples.image_files.tree_names import ALIKE, PARTS, is_text, printable

MAX_NAMED = 8  # things that a message names


class ClassNameError(ValueError):
    """The name of a class is not text; `name` holds it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the name of the folder {printable(name)} is not UTF-8")
        self.name = name


def sort_into_classes(
    files: Iterable[str], folders: Iterable[str], content: Sequence[str]
) -> dict[str, dict[str, list[str]]]:
    """Return {part: {class: names of its files}}, all in the order of their characters.

    files, folders  names in the tree, as `tree_names` says
    content         all that lies at its top, to be named in an error
    Each folder directly below a part is a class. Names that differ in their Unicode form only, as those that macOS and
    other systems give to one word, are one class: its NFC form.
    Raises ValueError for a part without classes, a class without files, a file beside the classes, a class of the test
    set that the training set lacks; ClassNameError for a name that is not UTF-8.
    """
    names = [*((name, True) for name in files), *((name, False) for name in folders)]
    found = {part: _classes_of(part, names) for part in PARTS}
    for part, classes in found.items():
        if not classes:
            raise ValueError(
                f"no folder {part}/<class> in it{_only(content, part)}; expected train/<class>/* and test/<class>/*"
            )
    for name in found["test"]:
        if name not in found["train"]:
            raise ValueError(f"test/{name} is a class that train/ lacks; it holds {shorten(found['train'])}")
    return found


def _classes_of(part: str, names: list[tuple[str, bool]]) -> dict[str, list[str]]:
    """names: each with whether it is a file."""
    classes: dict[str, list[str]] = {}
    for name, is_file in names:
        first, *path = name.split("/")
        if first != part or not path:
            continue
        if is_file and len(path) == 1:
            raise ValueError(f"{printable(name)} lies beside the classes; expected {part}/<class>/<image>")
        if not is_text(path[0]):
            raise ClassNameError(f"{part}/{path[0]}")
        of_class = classes.setdefault(unicodedata.normalize("NFC", path[0]), [])
        if is_file:
            of_class.append(name)
    for class_name, of_class in classes.items():
        if not of_class:
            raise ValueError(f"{part}/{class_name} holds no images")
    return {name: sorted(of_class) for name, of_class in sorted(classes.items())}


def _only(content: Sequence[str], part: str) -> str:
    """Say what there is instead, and which folder may be meant."""
    folders = (name for name in content if name.endswith("/") and name != f"{part}/")
    rename = next((f" (rename {name} to {part}/)" for name in folders if ALIKE.get(name.lower()[:-1]) == part), "")
    return f", only {shorten(content)}{rename}" if content else ""


def shorten(names: Iterable[str]) -> str:
    """Name the first few, and say how many more there are."""
    names = list(names)
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more}"
