"""How far a job is, in words."""

from rv_study.durations import in_words

SECONDS_BETWEEN_LINES = 60  # at least, of plain lines


def describe(told: dict) -> str:
    """Return what a job tells of its progress as one line; `told` is what progress.JobProgress sends."""
    share = f"{told['share']:.0%}"
    return f"{told['job']} ({told['on']}): {', '.join([share, *details(told)])}"


def details(told: dict) -> list[str]:
    """Return what there is to tell beside the share: the job's own text, and the time left."""
    left = [] if told["left_s"] is None else [f"{in_words(told['left_s'])} left"]
    return [*([told["text"]] if told["text"] else []), *left]


def describe_cpu(n_threads: int) -> str:
    """Return the device of a job that computes on the processor: "cpu, 2 threads"."""
    return f"cpu, {n_threads} thread{'s' if n_threads > 1 else ''}"
