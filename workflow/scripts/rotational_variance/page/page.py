"""The page that shows a study: figures, tables and facts in, the text of one HTML file out. No files."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import jinja2
from markupsafe import Markup
from PIL import Image

from rotational_variance.figures.parts.training_looks import LOOKS
from rotational_variance.statistics.aggregations import LABELS
from rotational_variance.statistics.trainings import Training

CSS_DPI = 96  # CSS pixels per inch


@dataclass(frozen=True)
class Figure:
    """A PNG and its texts.

    id           the HTML id of the figure on the page
    subject      the subject of the figure: a model on a dataset, or all models on it
    aggregation  the aggregation of feature maps, or "" if the figure has none
    """

    id: str
    title: str
    subject: str
    aggregation: str
    caption: Markup
    png: bytes

    @property
    def feature_maps(self) -> str:
        """The aggregation of feature maps in words, or "" if the figure has none."""
        return LABELS.get(self.aggregation, "")

    @property
    def alt(self) -> str:
        """The alternative text of the image."""
        return ", ".join(part for part in (self.title, self.subject, self.feature_maps) if part)

    @cached_property
    def uri(self) -> str:
        """The image as a data URI: the same pixels as WebP, which takes a third of the space of the PNG."""
        content = io.BytesIO()
        with Image.open(io.BytesIO(self.png)) as image:
            has_holes = image.mode == "RGBA" and image.getextrema()[3][0] < 255
            image.convert("RGBA" if has_holes else "RGB").save(content, "WEBP", lossless=True, quality=75, method=4)
        return f"data:image/webp;base64,{base64.b64encode(content.getvalue()).decode()}"

    @cached_property
    def size(self) -> tuple[int, int]:
        """The width and height of the figure in print, in CSS pixels."""
        with Image.open(io.BytesIO(self.png)) as image:
            dpi = image.info.get("dpi", (CSS_DPI, CSS_DPI))
            return tuple(round(pixels / per_inch * CSS_DPI) for pixels, per_inch in zip(image.size, dpi, strict=True))


def check_png(content: bytes) -> None:
    """Raise ValueError if `content` is not a whole PNG."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.verify()
    except Exception as error:  # damaged images raise many types
        raise ValueError(f"not a whole PNG ({' '.join(str(error).split())})") from error


@dataclass(frozen=True)
class Part:
    """A heading ("" for none), the figures below it, and folded groups of figures by label."""

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
    """The contents of the page, in their order.

    findings   what was found, in sentences
    how_sure   what that hinges on, in sentences
    answers    the figures that show it
    example    the figure that shows what M tells
    measures   what is said of each: {title: HTML}
    trainings  by name
    runs       the model, dataset, training and seed of each run, and whether it is at chance (at_chance)
    images     what was measured of each dataset, by what the page calls it
    angles     at which angles, in words
    did        what each training did, in words, by its name
    files      the files of the tables, relative to the page
    made_of    the facts that hold for all runs: {group: {name: text}}
    made_by    the facts of each run, in the order of `runs`: {group: {name: text}}
    study      its name, or ""
    made_on    when and on what the page was made: {name: text}
    costs        what the training and the measuring of each run took, in the order of `runs`, as text
    other_costs  what the other rules took: {rule: text}
    """

    findings: Sequence[str]
    how_sure: Sequence[str]
    answers: Sequence[Figure]
    example: Figure
    measures: dict[str, Markup]
    trainings: dict[str, Training]
    runs: Sequence[dict]
    claims: Table
    sections: Sequence[Section]
    tables: Sequence[Table]
    images: dict[str, str]
    angles: str
    did: dict[str, str]
    files: Sequence[str]
    made_of: dict[str, dict[str, str]]
    made_by: Sequence[dict[str, dict[str, str]]]
    study: str
    made_on: dict[str, str]
    costs: Sequence[Sequence[str]]
    other_costs: dict[str, str]


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
    return environment.from_string(template).render(page=page, names=names, looks=LOOKS, css=Markup(css))
