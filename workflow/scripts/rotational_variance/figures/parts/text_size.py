"""How much room a text takes, before it is drawn: for legends and titles that must fit beside other things."""

import re
import textwrap
import unicodedata
from itertools import accumulate

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

MIN_CHARS = 8  # of a wrapped line
HARD_SPACE = "\u00a0"  # at which no line is broken
# Ends of lines and the like, and halves of characters.
NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a text in inches, that of its longest line; `size` is in points."""
    font = FontProperties(size=size, weight=weight)
    sizes = [text_to_path.get_text_width_height_descent(line, font, ismath=False) for line in text.split("\n")]
    return max(width for width, *_ in sizes) / 72  # a point is an inch / 72


def wrap(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Break a text into few lines of at most `width` inches, and words only if they are longer than that.

    The lines are about as long as each other. No line ends with a colon.
    """
    if text_width(text, size, weight) <= width:
        return text
    n_chars = len(text)
    while n_chars > MIN_CHARS and text_width(_fill(text, n_chars), size, weight) > width:
        n_chars -= 1
    n_lines = _fill(text, n_chars).count("\n")
    while n_chars > MIN_CHARS and _fill(text, n_chars - 1).count("\n") == n_lines:
        n_chars -= 1
    return _fill(text, n_chars)


def _fill(text: str, n_chars: int) -> str:
    return textwrap.fill(text.replace(": ", f":{HARD_SPACE}"), n_chars).replace(HARD_SPACE, " ")


def wrap_parts(*parts: str, width: float, size: float) -> str:
    """Join parts of a title by commas: in one line if that is at most `width` inches wide, or each on its own lines."""
    joined = ", ".join(parts)
    return joined if text_width(joined, size) <= width else ",\n".join(wrap(part, width, size) for part in parts)


def shorten(name: str, most: int) -> str:
    """Leave out the middle of a name of more than `most` columns, as of a terminal; show what is no text as �.

    Letters with marks are composed, which folders of macOS are not.
    """
    name = NOT_TEXT.sub("�", unicodedata.normalize("NFC", name))
    if n_columns(name) <= most:
        return name
    head = sum(n <= most - 6 for n in accumulate(map(_n_columns, name)))
    tail = sum(n <= 5 for n in accumulate(map(_n_columns, reversed(name))))
    return f"{name[:head]}…{name[len(name) - tail :].lstrip(''.join(filter(_is_mark, name)))}"


def n_columns(text: str) -> int:
    """Return the width of a text in columns, as of a terminal: 2 for a wide character, as of Chinese, 0 for a mark."""
    return sum(map(_n_columns, text))


def _n_columns(character: str) -> int:
    return 0 if _is_mark(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _is_mark(character: str) -> bool:
    """Say whether a character stands over, under or in the one before it, or only tells how that is drawn."""
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf")
