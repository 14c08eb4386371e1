"""Lay out rows as CSV, Markdown (CommonMark with pipe tables) and LaTeX, and their values as text."""

import csv
import io
import math
import re
import textwrap
from collections.abc import Iterable, Sequence

NO_VALUE = "n/a"
AT_CHANCE_MEANS = (
    "At chance: the network's accuracy on upright test images is not above the share of the largest class (binomial "
    "test, 1 %), so it learned nothing of them; verdicts and comparisons leave such runs out."
)
PUBLISHED_WHERE = "Published values (Quiroga et al. 2019) stand in brackets where there are some."
_LATEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''",
} | {character: f"\\{character}" for character in "&%$#_{}"}  # fmt: skip
_BLOCK_STARTS = r"(?:[-+*#>=|]+|\d+[.)])(?:\s|$)"  # at the start of a line, Markdown reads these as a list, say


def exists(value: float | None) -> bool:
    """Tell whether a value is neither None nor NaN."""
    return value is not None and not math.isnan(value)


def format_number(value: float | None, form: str = "{:.3f}") -> str:
    """Format a number by `form`, or return "n/a" if there is none."""
    return form.format(value) if exists(value) else NO_VALUE


def published_note(rows: Iterable[dict]) -> str:
    """Return a sentence on published values if any of the rows has one; "" if none has."""
    has_some = any(name.startswith("published_") and exists(value) for row in rows for name, value in row.items())
    return PUBLISHED_WHERE if has_some else ""


def beside_published(text: str, published: float | None, form: str = "{:.3f}") -> str:
    """Return the text of a value, and after it in brackets the published value if there is one."""
    return f"{text} ({form.format(published)})" if exists(published) else text


def join_words(texts: Sequence[str]) -> str:
    """Join texts as in "a, b and c"."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else texts[0]


def yes_or_no(value: bool | None) -> str:
    """Return "yes", "no", or "n/a" if there is no value."""
    return NO_VALUE if value is None else "yes" if value else "no"


def csv_text(rows: Sequence[dict]) -> str:
    """Write rows of the same columns as CSV; missing values are empty cells, floats keep all their digits."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        # Only NaN differs from itself; csv writes None as an empty cell anyway.
        writer.writerow({name: "" if value != value else value for name, value in row.items()})
    return file.getvalue()


def markdown(name: str) -> str:
    """Escape the characters of a name that Markdown would read as markup; "simple_conv" stays as it is."""
    return re.sub(r"[\\`*<>\[\]|&#$~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\\g<0>", name)


def paragraph(*sentences: str) -> str:
    """Fill a paragraph of Markdown, so that none of its lines begins a list or another block."""
    text = " ".join(" ".join(sentences).split())
    glued = re.sub(rf" (?=%|{_BLOCK_STARTS})", "\0", text)  # and "1 %" stays on one line
    return textwrap.fill(glued, 120, break_long_words=False, break_on_hyphens=False).replace("\0", " ")


def sections(*parts: str) -> str:
    """Join parts of a Markdown text, an empty line between them; leave out empty parts. The text ends its last line."""
    return "\n\n".join(filter(None, (part.strip("\n") for part in parts))) + "\n"


def markdown_table(rows: Sequence[Iterable[tuple[str, str]]], n_text: int) -> str:
    """Lay out rows, (heading, cell) of each column, as a table; align the first `n_text` columns left, others right.

    Two columns may have the same heading, such as one named after a training that is called "model".
    """
    columns = [list(row) for row in rows]
    lines = [[heading for heading, _ in columns[0]], *([cell for _, cell in row] for row in columns)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = [
        [cell.ljust(w) if i < n_text else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))]
        for line in lines
    ]
    rule = ["-" * w if i < n_text else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (aligned[0], rule, *aligned[1:]))


def latex(text: str) -> str:
    """Escape the characters that LaTeX would read as commands, or print as others: "<" in its usual fonts."""
    return re.sub(f"[{re.escape(''.join(_LATEX))}]", lambda found: _LATEX[found[0]], text)


def latex_row(cells: Sequence[str]) -> str:
    """Write one row of a tabular; the cells are LaTeX already."""
    return f"    {' & '.join(cells)} \\\\\n"
