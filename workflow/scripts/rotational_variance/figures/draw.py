"""Draw any figure of the catalogue."""

import importlib
import inspect

from matplotlib.figure import Figure

from rotational_variance.figures.catalogue import Drawing
from rotational_variance.statistics.definition import load_measure


def draw(drawing: Drawing, subject: str, *, layers: str = "", **data) -> Figure:
    """Draw a figure by the function that the catalogue names; its title begins with `subject`, "resnet on mnist", say.

    layers  which layers are shown, for the note below the title, where that does not go without saying
    data    all that figures are drawn from, by name: results, sort_units, published. Each function is given those
            arguments that its signature names; title, note, aggregation and measure come from the catalogue.
    """
    measure = load_measure(drawing.measure) if drawing.measure else None
    aggregated = f"{drawing.aggregation} of each feature map" if drawing.aggregation else ""
    module = importlib.import_module(f"rotational_variance.figures.{drawing.drawer}")
    function = getattr(module, drawing.drawer)
    arguments = {
        "title": f"{subject}: {drawing.title(measure.symbol if measure else '')}",
        "note": "; ".join(part for part in (aggregated, layers) if part),
        "aggregation": drawing.aggregation,
        "measure": measure,
        **data,
    }
    return function(**{name: arguments[name] for name in inspect.signature(function).parameters})
