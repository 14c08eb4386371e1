"""Notice a target that an option took for one of its own values: Snakemake would make everything, or nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from rv_study.errors import ConfigError

RULES_ONLY = "--allowed-rules"  # the others take files, too, for which files alone make sense


def check(options: Mapping[str, Iterable[str]], targets: Sequence[str], is_result: Callable[[str], bool]) -> None:
    """Raise ConfigError for a result among rules that an option got, where there are no targets.

    options    {option: its values}, of those that take any number of rules and say nothing to a file
    is_result  a function that tells of a value whether it is the path of a result
    """
    if targets:
        return
    for option, values in options.items():
        files = sorted(value for value in values if is_result(value))
        rules = sorted(value for value in values if value not in files)
        if files and (rules or option == RULES_ONLY):
            first = [*files, *([option, *rules] if rules else [])]
            raise ConfigError(
                f"{files[0]}: {option} takes this for one of its values, so it is no target; put targets first: "
                f"snakemake {' '.join(first)} (or, if the whole study is meant: snakemake all "
                f"{' '.join([option, *rules, *files])})"
            )
