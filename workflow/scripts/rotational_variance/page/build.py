"""Read the figures, captions and tables of the page, and sort the figures into its parts."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from markupsafe import Markup

from rotational_variance.figures.catalogue import Drawing
from rotational_variance.page.markup import markdown_html
from rotational_variance.page.page import Figure, Part, Table, check_png
from rotational_variance.statistics.aggregations import LABELS
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.words import sentence_start
from rotational_variance.storage.file_errors import DamagedFileError


def by_name(names: Iterable[str], drawings: Sequence[Drawing], paths: Sequence[str]) -> dict[str, dict[Drawing, str]]:
    """Group paths, which are in the order of `names`, then of `drawings`: {name: {drawing: path}}."""
    found = dict(zip(product(names, drawings), paths, strict=True))
    return {name: {drawing: found[name, drawing] for drawing in drawings} for name in names}


def read_table(path: str, level: int) -> Table:
    """Read a Markdown table; on the page, its own heading has the level `level`."""
    with _reading(path, "table"):
        title, content = markdown_html(Path(path).read_text(encoding="utf-8"), level)
    return Table(f"table-{Path(path).stem}", title, content)


def read_rows(path: str, runs: Sequence[dict]) -> list[list[dict[str, str]]]:
    """Read the rows of each run, in their order, from a table of all runs (CSV).

    runs  the cells that name each run: {column: value}
    """
    with _reading(path, "table"), open(path, newline="", encoding="utf-8") as file:
        by_run: dict[tuple, list[dict[str, str]]] = {}
        for row in csv.DictReader(file):
            by_run.setdefault(tuple(row.get(name) for name in runs[0]), []).append(row)
    return [by_run.get(tuple(map(str, run.values())), []) for run in runs]


def read_at_chance(path: str, runs: Sequence[dict]) -> list[bool]:
    """Read from the table of accuracies (CSV) which runs are at chance, in their order; `runs` as in `read_rows`."""
    with _reading(path, "table"):
        found = [row.get("at_chance") for rows in read_rows(path, runs) for row in rows]
        if len(found) != len(runs) or not set(found) <= {"True", "False"}:
            raise ValueError("does not say of each run whether it is at chance")
    return [value == "True" for value in found]


def read_sentences(path: str) -> list[str]:
    """Read a text of one sentence a line."""
    with _reading(path, "table"):
        found = Path(path).read_text(encoding="utf-8").splitlines()
        if not found:
            raise ValueError("is empty")
    return found


def read_figures(
    paths: dict[Drawing, str],
    captions: dict[Drawing, Markup],
    measures: dict[str, Measure],
    *,
    subject: str,
    place: str,
    kind: str,
) -> dict[Drawing, Figure]:
    """Read the PNGs that show `subject`, each with its caption.

    measures  those that the figures show, by name
    place     the name of the part of the page that the figures stand in, for links
    kind      the kind of file, as in DamagedFileError
    """
    found = {}
    for drawing, path in paths.items():
        png = Path(path).read_bytes()
        with _reading(path, kind):
            check_png(png)
        name = f"figure-{place}-{drawing.name}"
        title = drawing.title(measures[drawing.measure].symbol if drawing.measure else "")
        found[drawing] = Figure(name, title, subject, drawing.aggregation, captions[drawing], png)
    return found


@contextmanager
def _reading(path: str, kind: str) -> Iterator[None]:
    """Re-raise an error about the content as a DamagedFileError that names `path` and the kind of file."""
    try:
        yield
    except (ValueError, csv.Error) as error:
        raise DamagedFileError(path, kind, str(error)) from error


def sort_figures(figures: dict[Drawing, Figure], aggregation: str, measures: Sequence[Measure]) -> list[Part]:
    """Sort figures by heading; fold those by class, and those of another aggregation.

    measures  in their order; the headings of each but the first name it
    """
    titles = {measure.name: measure.title for measure in measures[1:]}

    def heading(drawing: Drawing) -> str:
        if drawing.measure not in titles:
            return drawing.heading
        return f"{sentence_start(titles[drawing.measure])}: {drawing.heading.lower() or 'at a glance'}"

    def choose(title: str, is_by_class: bool) -> list[Figure]:
        return [
            figure
            for drawing, figure in figures.items()
            if heading(drawing) == title
            and drawing.aggregation in ("", aggregation)
            and drawing.is_by_class == is_by_class
        ]

    parts = [
        Part(title, choose(title, False), {"Class by class": choose(title, True)})
        for title in dict.fromkeys(map(heading, figures))
    ]
    others = {
        f"The same for the {label}": [figure for drawing, figure in figures.items() if drawing.aggregation == other]
        for other, label in LABELS.items()
        if other != aggregation
    }
    return [*parts, Part("", [], others)]
