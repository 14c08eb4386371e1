"""Advice to the user of a study about damaged files."""

from rotational_variance.storage.file_errors import DamagedFileError

MADE_BY = {  # the rule that makes each kind of file
    "dataset": "dataset",
    "checkpoint": "train",
    "history": "train",
    "measurement": "measure",
    "figure": "plot",
    "models figure": "plot_models",
    "table": "tables",
}


def remake_advice(rule: str) -> str:
    """Return how to make a damaged file of a study again; `rule` makes it."""
    return f"delete it, rule {rule} makes it again"


def explain(error: BaseException) -> str:
    """Return the message of an error, with advice if the error is about a damaged file."""
    if isinstance(error, DamagedFileError):
        return f"{error}; {remake_advice(MADE_BY[error.kind])}"
    return str(error)
