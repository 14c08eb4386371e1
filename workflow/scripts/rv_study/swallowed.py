"""Notice a target that an option took for one of its own values: Snakemake would make everything, or nothing."""

from collections.abc import Callable, Sequence

from rv_study.errors import ConfigError

# Options that take any number of rules, or of words, and say nothing to a file. Others refuse it themselves.
TAKE_RULES = ("--forcerun", "-R", "--allowed-rules", "--preemptible-rules", "--cache", "--omit-flags")
TAKE_RULES_OR_FILES = ("--until", "-U", "--omit-from", "-O", "--prioritize", "-P")  # for which files alone make sense


def check(arguments: Sequence[str], targets: Sequence[str], is_result: Callable[[str], bool]) -> None:
    """Raise ConfigError for a result among the values of an option, where there are no targets.

    arguments  of the command line
    is_result  a function that tells of an argument whether it is the path of a result
    """
    if targets:
        return
    for option, values in _values_by_option(arguments):
        files = [value for value in values if is_result(value)]
        may_be_meant = option in TAKE_RULES_OR_FILES and len(files) == len(values)
        if files and option in (*TAKE_RULES, *TAKE_RULES_OR_FILES) and not may_be_meant:
            raise ConfigError(
                f"{files[0]}: {option} takes this for one of its values, so it is no target; put targets first: "
                f"snakemake {' '.join([*files, *_without(files, option, values)])} (or, if the whole study is meant: "
                f"snakemake all {' '.join([option, *values])})"
            )


def _without(files: Sequence[str], option: str, values: Sequence[str]) -> list[str]:
    """Return an option with its values, but for these; --force is what forces a target."""
    kept = [value for value in values if value not in files]
    if kept:
        return [option, *kept]
    return ["--force"] if option in ("--forcerun", "-R") else []


def _values_by_option(arguments: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return the options of a command line, each with what follows it up to the next one."""
    found: list[tuple[str, list[str]]] = []
    for argument in arguments:
        if argument.startswith("-"):
            found.append((argument, []))
        elif found:
            found[-1][1].append(argument)
    return found
