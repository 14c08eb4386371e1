"""Figures as files: PNG, PDF or SVG."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from rotational_variance.storage.files import replacing

NO_CLOCK = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}


def write_figure(path: str | Path, figure: Figure) -> None:
    """Write a figure in the format that the path's suffix names; the same figure gives the same bytes."""
    suffix = Path(path).suffix.removeprefix(".")
    with replacing(path) as temporary:
        lay_out(figure)
        if suffix == "png":
            FigureCanvasAgg(figure).print_png(temporary, metadata={"Software": None})  # savefig would draw twice
        else:
            figure.savefig(temporary, format=suffix, metadata=NO_CLOCK[suffix])


def lay_out(figure: Figure) -> None:
    """Place all parts of the figure, once: otherwise each drawing would place them again."""
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
        figure.set_layout_engine("none")
