"""The classes that a figure shows: all of them, or, of very many, some that are evenly spread."""

from collections.abc import Sequence

import numpy as np

from rotational_variance.figures.parts.text_size import shorten, text_width

MAX_CLASSES = 40  # a panel or a band each: those of more would not fit on a page
MAX_LABEL_CHARS = 18  # longer names of classes are shortened
MIN_LABEL_CHARS = 8  # to which even the widest are
PANELS_PER_ROW = 5
PANEL_ROOM = 1.25  # inches: the width of a panel among PANELS_PER_ROW


def choose_evenly(n: int, most: int) -> list[int]:
    """Return the numbers of `most` of `n` things, evenly spread from the first to the last; all if they are fewer.

    Neighbours are often alike (of ImageNet, the first hundred classes are fish, birds and reptiles), so the first ones
    would not stand for the others. Those with extreme values would differ from figure to figure.
    """
    return np.linspace(0, n - 1, min(n, most)).round().astype(int).tolist()


def choose_classes(names: Sequence[str]) -> list[str]:
    """Return the classes to show, the same in all figures with a panel or a band for each."""
    return [names[i] for i in choose_evenly(len(names), MAX_CLASSES)]


def choice_note(n_shown: int, n: int, things: str = "classes") -> str:
    """Say how many of `n` things are shown, and where the others are; "" if all are shown."""
    spread = "evenly spread over their order; the variance files hold all"
    return "" if n_shown == n else f"{n_shown} of {n:,} {things}, {spread}"


def label_class(name: str) -> str:
    """Shorten the name of a class."""
    return shorten(name, MAX_LABEL_CHARS)


def label_panel(name: str) -> str:
    """Shorten the name of a class so that it fits above its panel, however wide its letters are."""
    labels = (shorten(name, most) for most in range(MAX_LABEL_CHARS, MIN_LABEL_CHARS, -1))
    return next((label for label in labels if text_width(label, 8) <= PANEL_ROOM), shorten(name, MIN_LABEL_CHARS))
