"""Where the results of a study lie; its figures.

`<results>`, the folder of all studies, and `<study>`, that of one, are path variables of Snakemake, which expands them
in rules: a workflow that uses this one as a module may place them elsewhere.
"""

from collections.abc import Sequence

from rotational_variance.figures import catalogue
from rotational_variance.figures.catalogue import Drawing

# What lies in the folder of a study without a name, and so can be no study's name.
FOLDERS = ("benchmarks", "checkpoints", "datasets", "layers", "logs", "plots", "tables", "variance")


def study_folder(name: str | None) -> str:
    """Return the folder of a study: one of its own if it has a name."""
    return f"<results>/{name}" if name else "<results>"


def caption_file(drawing: Drawing) -> str:
    """Return the file of a figure's caption, relative to the folder of the page's template."""
    return f"figures/{drawing.subject}.rst"


def measure_caption_file(measure: str) -> str:
    """Return the file that tells of a measure, relative to the folder of the page's template."""
    return f"measures/{measure}.rst"


def digest(pair: str, suffix: str = "png") -> str:
    """Return the file of the figure that sums up a model on a dataset."""
    return f"<study>/plots/{pair}.{suffix}"


def of_pair(pair: str, measures: Sequence[str], suffix: str = "png") -> dict[Drawing, str]:
    """Return {drawing: file} of the figures of a model on a dataset."""
    return {drawing: f"<study>/plots/{pair}/{drawing.name}.{suffix}" for drawing in catalogue.of_pair(measures)}


def of_models(dataset: str, measures: Sequence[str], suffix: str = "png") -> dict[Drawing, str]:
    """Return {drawing: file} of the figures of all models on a dataset."""
    # No pair can be named "models": the name of a model and dataset contains an underscore.
    return {
        drawing: f"<study>/plots/models/{dataset}/{drawing.name}.{suffix}" for drawing in catalogue.of_models(measures)
    }
