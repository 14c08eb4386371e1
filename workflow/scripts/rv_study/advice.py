"""What a user can do about a file that is damaged."""

from rotational_variance.storage.errors import DamagedFileError

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
    """Return how to make a damaged file again."""
    return f"delete it, rule {rule} makes it again"


def explain(error: BaseException) -> str:
    """Return what an error says, with what to do about it."""
    if isinstance(error, DamagedFileError):
        return f"{error}; {remake_advice(MADE_BY[error.kind])}"
    return str(error)
