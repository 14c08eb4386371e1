"""How far a job is, in words."""

from rv_study.durations import in_words


def describe(told: dict) -> str:
    """Return what a job tells of its progress as one line; `told` is what progress.JobProgress sends."""
    share = f"{told['share']:.0%}"
    return f"{told['job']} ({told['on']}): {', '.join([share, *details(told)])}"


def details(told: dict) -> list[str]:
    """Return what there is to tell beside the share: the job's own text, and the time left."""
    left = [] if told["left_s"] is None else [f"{in_words(told['left_s'])} left"]
    return [*([told["text"]] if told["text"] else []), *left]
