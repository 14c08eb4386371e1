"""Read the figures, captions and tables of the page, and sort the figures into its parts."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from rotational_variance.figures.catalogue import AGGREGATIONS, Drawing
from rotational_variance.page.markup import caption_html, markdown_html, plain
from rotational_variance.page.page import FEATURE_MAPS, Figure, Part, Table, check_png
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


def read_figures(
    paths: dict[Drawing, str], subject: str, captions: str, wildcards: dict[str, str]
) -> dict[Drawing, Figure]:
    """Read the PNGs that show `subject`, and their captions.

    captions   the folder of the captions
    wildcards  the one wildcard that captions may use: {"pair": ...} or {"dataset": ...}
    """
    ((wildcard, value),) = wildcards.items()
    found = {}
    for drawing, path in paths.items():
        png = Path(path).read_bytes()
        with _reading(path, "figure" if wildcard == "pair" else "models figure"):
            check_png(png)
        text = _read_caption(Path(captions) / drawing.caption, {wildcard: plain(value)})
        name = f"figure-{wildcard}-{value}-{drawing.name}"
        found[drawing] = Figure(name, drawing.title, subject, drawing.aggregation, text, png)
    return found


def _read_caption(path: Path, wildcards: dict[str, str]) -> str:
    try:
        return caption_html(path.read_text(encoding="utf-8"), {"snakemake": {"wildcards": wildcards}})
    except ValueError as error:
        raise ValueError(f"{path}: {error}; mend it there") from error


@contextmanager
def _reading(path: str, kind: str) -> Iterator[None]:
    """Re-raise a ValueError as a DamagedFileError that names `path` and the kind of file."""
    try:
        yield
    except ValueError as error:
        raise DamagedFileError(path, kind, str(error)) from error


def sort_figures(figures: dict[Drawing, Figure], aggregation: str) -> list[Part]:
    """Sort figures by heading; fold those by class, and those of another aggregation."""

    def choose(heading: str, aggregations: Sequence[str], is_by_class: bool) -> list[Figure]:
        return [
            figure
            for drawing, figure in figures.items()
            if drawing.heading == heading and drawing.aggregation in aggregations and drawing.is_by_class == is_by_class
        ]

    shown = ("", aggregation)
    parts = [
        Part(heading, choose(heading, shown, False), {"Class by class": choose(heading, shown, True)})
        for heading in dict.fromkeys(drawing.heading for drawing in figures)
    ]
    others = {
        f"The same for the {FEATURE_MAPS[other]}": [
            figure for drawing, figure in figures.items() if drawing.aggregation == other
        ]
        for other in AGGREGATIONS
        if other != aggregation
    }
    return [*parts, Part("", [], others)]
