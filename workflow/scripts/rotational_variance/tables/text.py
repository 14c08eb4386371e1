"""Lay out rows as CSV, Markdown (CommonMark with pipe tables) and LaTeX, and their values as text."""

import csv
import io
import math
import re
import textwrap
from collections.abc import Sequence

NO_VALUE = "n/a"
AT_CHANCE_MEANS = (
    "At chance: the network's accuracy on upright test images is not above the share of the largest class (binomial "
    "test, 1 %), so it learned nothing of them; verdicts and comparisons leave such runs out."
)
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    character: f"\\{character}" for character in "&%$#_{}"
}


def exists(value: float | None) -> bool:
    """Tell whether a value is neither None nor NaN."""
    return value is not None and not math.isnan(value)


def format_number(value: float | None, form: str = "{:.3f}") -> str:
    """Format a number by `form`, or return "n/a" if there is none."""
    return form.format(value) if exists(value) else NO_VALUE


def beside_published(row: dict, name: str, form: str = "{:.3f}") -> str:
    """Write row[name], and after it in brackets row["published_" + name] if that exists."""
    published = row.get(f"published_{name}")
    text = format_number(row[name], form)
    return f"{text} ({format_number(published, form)})" if exists(published) else text


def run_cells(row: dict) -> dict[str, str]:
    """Return the first cells of a run's row: its name, marked if it is at chance. The first three columns are text."""
    cells = {name: str(row[name]) for name in ("dataset", "model", "training", "seed")}
    return cells | {"training": f"{cells['training']} (at chance)"} if row["at_chance"] else cells


def chance_note(rows: Sequence[dict]) -> str:
    """Return a paragraph of Markdown on runs at chance, with an empty line before it; "" if there are none."""
    return f"\n{textwrap.fill(AT_CHANCE_MEANS, 120)}\n" if any(row["at_chance"] for row in rows) else ""


def count_left_out(rows: Sequence[dict]) -> str:
    """Write how many runs among `rows` are at chance, as in " (2 runs at chance left out)"; "" if there are none."""
    n = len({tuple(run_cells(row).values()) for row in rows if row["at_chance"]})
    return f" ({n} {'run' if n == 1 else 'runs'} at chance left out)" if n else ""


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


def markdown_table(rows: Sequence[dict[str, str]], n_text: int) -> str:
    """Lay out rows, {heading: cell}, as a table; align the first `n_text` columns left, the others right."""
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    aligned = [
        [cell.ljust(w) if i < n_text else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))]
        for line in lines
    ]
    rule = ["-" * w if i < n_text else "-" * (w - 1) + ":" for i, w in enumerate(widths)]
    return "".join(f"| {' | '.join(line)} |\n" for line in (aligned[0], rule, *aligned[1:]))


def latex(text: str) -> str:
    """Escape the characters that LaTeX would read as commands."""
    return re.sub(r"[\\~^&%$#_{}]", lambda found: _LATEX[found[0]], text)


def latex_row(cells: Sequence[str]) -> str:
    """Write one row of a tabular, escaped."""
    return f"    {' & '.join(map(latex, cells))} \\\\\n"
