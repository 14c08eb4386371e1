"""Captions of figures, as the page shows them. `snakemake --report` reads the same files, with the subject alone."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup

from rotational_variance.figures.catalogue import Drawing
from rotational_variance.page.markup import caption_html, plain
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.words import sentence_start
from rv_study.results import caption_file, measure_caption_file


def fill_caption(text: str, facts: Mapping[str, object], measure: Measure | None = None) -> str:
    """Fill in facts, and the words that name the measure which the figure shows.

    Captions name it as {{ Measure | default("The measure") }} or {{ measure | default("the measure") }}, with what 0
    and 1 mean, or {{ symbol | default("the measure") }}. Snakemake's own report knows none of these, and no facts, but
    the params of the rule, which name the subject: it shows the defaults. Raises ValueError for text that uses what is
    not there.

    facts  by `caption_facts`
    """
    template = jinja2.Environment(undefined=jinja2.StrictUndefined)
    try:
        return template.from_string(text).render(**facts, **_words(measure))
    except jinja2.TemplateError as error:
        raise ValueError(f"not a caption ({' '.join(str(error).split())})") from error


def _words(measure: Measure | None) -> dict[str, str]:
    if measure is None:
        return {}
    label = plain(measure.axis_label)
    return {"Measure": sentence_start(label), "measure": label, "symbol": plain(measure.symbol)}


def read_captions(
    folder: str,
    drawings: Iterable[Drawing],
    facts: Callable[[Drawing], Mapping[str, object]],
    measures: dict[str, Measure],
) -> dict[Drawing, Markup]:
    """Read the captions of figures below `folder`, as HTML. Raises ValueError for a damaged one, naming its file.

    facts     a function from a figure to its facts, by `caption_facts`
    measures  those that the figures show, by name
    """
    return {
        drawing: _read(Path(folder) / caption_file(drawing), facts(drawing), measures.get(drawing.measure))
        for drawing in drawings
    }


def read_measure_caption(folder: str, measure: Measure) -> Markup:
    """Read what is said of a measure, as HTML. Raises ValueError for a damaged caption, naming its file."""
    return _read(Path(folder) / measure_caption_file(measure.name), {}, measure)


def _read(path: Path, facts: Mapping[str, object], measure: Measure | None) -> Markup:
    try:
        return caption_html(fill_caption(path.read_text(encoding="utf-8"), facts, measure))
    except ValueError as error:
        raise ValueError(f"{path}: {error}; correct it there") from error
