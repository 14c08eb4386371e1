"""Captions of figures, as the page shows them: `snakemake --report` reads the same files, and fills in wildcards."""

from collections.abc import Iterable
from pathlib import Path

import jinja2
from markupsafe import Markup

from rotational_variance.figures.catalogue import Drawing
from rotational_variance.page.markup import caption_html, plain
from rv_study.results import caption_file


def fill_caption(text: str, wildcards: dict[str, str]) -> str:
    """Fill in `snakemake.wildcards`, as Snakemake does. Raises ValueError for text that uses another wildcard."""
    template = jinja2.Environment(undefined=jinja2.StrictUndefined)
    try:
        return template.from_string(text).render(snakemake={"wildcards": wildcards})
    except jinja2.TemplateError as error:
        raise ValueError(f"not a caption ({' '.join(str(error).split())})") from error


def read_captions(folder: str, drawings: Iterable[Drawing], wildcards: dict[str, str]) -> dict[Drawing, Markup]:
    """Read the captions of figures below `folder`, as HTML. Raises ValueError for a damaged one, naming its file."""
    escaped = {name: plain(value) for name, value in wildcards.items()}
    found = {}
    for drawing in drawings:
        path = Path(folder) / caption_file(drawing)
        try:
            found[drawing] = caption_html(fill_caption(path.read_text(encoding="utf-8"), escaped))
        except ValueError as error:
            raise ValueError(f"{path}: {error}; correct it there") from error
    return found
