"""Texts "name: value" of all that a result depends on, and how two such lists differ."""

from collections.abc import Iterable

NONE = "none"


def split(texts: Iterable[str]) -> dict[str, str]:
    """Return the texts as {name: value}."""
    parts = (text.partition(": ") for text in texts)
    return {name: value for name, _, value in parts}


def differences(before: Iterable[str], now: Iterable[str]) -> list[tuple[str, str, str]]:
    """List (name, value before, value now) of what differs: numbers first, then code, whose values are hashes."""
    old, new = split(before), split(now)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [(name, old.get(name, NONE), new.get(name, NONE)) for name in sorted(names, key=lambda x: (is_code(x), x))]


def is_code(name: str) -> bool:
    """Tell whether a name is that of a file of code or of an environment."""
    return name.endswith((".py", ".yaml"))


def describe(before: Iterable[str], now: Iterable[str], between: str = " ->") -> str:
    """Say in words how two lists differ, with `between` between both values of a number; "" if they do not."""
    found = differences(before, now)
    numbers = [f"{name}: {old}{between} {new}" for name, old, new in found if not is_code(name)]
    files = [name.rpartition("/")[2] for name, _, _ in found if is_code(name)]
    if len(files) > 3:
        files = [*files[:2], f"{len(files) - 2} more files"]
    return "; ".join([*numbers, *([f"code of {', '.join(files)}"] if files else [])])
