"""Draw any figure of the catalogue."""

import importlib
import inspect

from matplotlib.figure import Figure

from rotational_variance.figures.catalogue import Drawing


def draw(drawing: Drawing, subject: str, **data) -> Figure:
    """Draw a figure by the function that the catalogue names; its title begins with `subject`, "resnet on mnist", say.

    data  everything that figures are drawn from, by name: results, sort_units, published. Each function is given those
          arguments that its signature names; title, note and aggregation come from the catalogue.
    """
    module = importlib.import_module(f"rotational_variance.figures.{drawing.drawer}")
    function = getattr(module, drawing.drawer)
    arguments = {
        "title": f"{subject}: {drawing.title}",
        "note": f"{drawing.aggregation} of each feature map",
        "aggregation": drawing.aggregation,
        **data,
    }
    return function(**{name: arguments[name] for name in inspect.signature(function).parameters})
