"""Times as people say them."""


def in_words(seconds: float) -> str:
    """Return a time in words: "40 s", "12 min" or "3.5 h"."""
    if seconds < 99.5:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 2 * 3600 else f"{seconds / 3600:.1f} h"
