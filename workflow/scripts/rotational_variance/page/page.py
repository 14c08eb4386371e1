"""The page that shows a study: figures, tables and what made them in, the text of one HTML file out. No files."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import jinja2
from markupsafe import Markup
from PIL import Image

CSS_DPI = 96  # pixels an inch, of CSS
FEATURE_MAPS = {"mean": "mean of feature maps", "max": "maximum of feature maps"}


@dataclass(frozen=True)
class Figure:
    """A PNG and its words.

    id           of its place in the page
    subject      what it shows: a model on a dataset
    aggregation  of feature maps, or "" where it has none
    """

    id: str
    title: str
    subject: str
    aggregation: str
    caption: Markup
    png: bytes

    @property
    def feature_maps(self) -> str:
        return FEATURE_MAPS.get(self.aggregation, self.aggregation)

    @property
    def alt(self) -> str:
        return ", ".join(part for part in (self.title, self.subject, self.feature_maps) if part)

    @property
    def uri(self) -> str:
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"

    @cached_property
    def size(self) -> tuple[int, int]:
        """Its width and height as printed, in pixels of CSS."""
        with Image.open(io.BytesIO(self.png)) as image:
            dpi = image.info.get("dpi", (CSS_DPI, CSS_DPI))
            return tuple(round(pixels / per_inch * CSS_DPI) for pixels, per_inch in zip(image.size, dpi, strict=True))


def check_png(content: bytes) -> None:
    """Raise ValueError for what is not a whole PNG."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.verify()
    except Exception as error:  # damaged images raise many types
        raise ValueError(f"not a whole PNG ({' '.join(str(error).split())})") from error


@dataclass(frozen=True)
class Part:
    """Figures under a heading, "" for none, and further ones that are folded away, by what they are called."""

    title: str
    figures: Sequence[Figure]
    folded: dict[str, Sequence[Figure]]


@dataclass(frozen=True)
class Chapter:
    """All figures of one model on a dataset, or of all models on it."""

    id: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Section:
    """All chapters of a dataset."""

    id: str
    title: str
    chapters: Sequence[Chapter]


@dataclass(frozen=True)
class Table:
    """A table of all runs, as HTML."""

    id: str
    title: str
    content: Markup


@dataclass(frozen=True)
class Page:
    """What the page shows, in its order.

    runs      model, dataset, training and seed of each
    files     the tables', relative to the page
    made_of   what holds for all runs: {group: {name: text}}
    made_by   for each run, in the same order, what made it: {group: {name: text}}
    """

    runs: Sequence[dict]
    claims: Table
    sections: Sequence[Section]
    tables: Sequence[Table]
    files: Sequence[str]
    made_of: dict[str, dict[str, str]]
    made_by: Sequence[dict[str, dict[str, str]]]


def render(page: Page, template: str, css: str) -> str:
    """Fill the Jinja template with the page; every text in it is escaped."""
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    names = {name: list(dict.fromkeys(run[name] for run in page.runs)) for name in page.runs[0]}
    return environment.from_string(template).render(page=page, names=names, css=Markup(css))
