"""Figures as files: PNG, PDF or SVG."""

from pathlib import Path

from matplotlib.figure import Figure

from rotational_variance.figures.style import style
from rotational_variance.storage.files import replacing

NO_CLOCK = {"png": {"Software": None}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}


def write_figure(path: str | Path, figure: Figure) -> None:
    """Write a figure in the format that the path's suffix names; the same figure gives the same bytes."""
    suffix = Path(path).suffix.removeprefix(".")
    layout = figure.get_layout_engine()
    with style(), replacing(path) as temporary:
        if layout is not None:  # laid out here, once: savefig would draw everything for it, another time
            layout.execute(figure)
            figure.set_layout_engine("none")
        figure.savefig(temporary, format=suffix, metadata=NO_CLOCK[suffix])
