"""The options that architectures take: the arguments of their `build`, read without importing the file."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from rv_study.errors import ConfigError

SCRIPTS = Path(__file__).resolve().parents[1]
TAKEN_BY = {  # the dataclass or the function that takes the numbers of each section, as keyword arguments
    "training": ("rotational_variance/training/recipe.py", "Recipe"),
    "measurement": ("rv_jobs/measure_network.py", "prepare"),
}
GIVEN = {"n_channels", "image_size", "n_classes"}  # arguments of `build` that are not numbers of the config
REQUIRED = object()  # marks an option without a default; None can be a default


@dataclass(frozen=True)
class Option:
    """An argument of an architecture's `build`: its annotation, its choices if it lists them, its default if any."""

    annotation: str
    choices: tuple | None = None
    default: object = REQUIRED

    @property
    def minimum(self) -> int:
        """The lowest whole number allowed: 1, as for sizes, unless the architecture's own default is lower."""
        return min(1, self.default) if isinstance(self.default, int) else 1

    @property
    def expected(self) -> str:
        """The values that the option accepts, in words."""
        if self.choices:
            return f"one of {', '.join(map(str, self.choices))}"
        words = {"int": f"a whole number, {self.minimum} or more", "float": "a number", "bool": "true or false"}
        return words.get(self.annotation, "text")

    def accepts(self, value: object) -> bool:
        """Tell whether a value fits `int`, `float`, `bool`, `str` or `Literal[...]`; any value fits others."""
        if self.choices:
            return value in self.choices
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        checks = {
            "int": is_number and float(value).is_integer() and value >= self.minimum,
            "float": is_number,
            "bool": isinstance(value, bool),
            "str": isinstance(value, str),
        }
        return checks.get(self.annotation, True)

    def read(self, value: object) -> object:
        """Read text as YAML does, unless the option is a text: values given by `--config` arrive as text."""
        return yaml_value(value) if isinstance(value, str) and self.annotation != "str" else value


def build_options(path: Path) -> dict[str, Option]:
    """Read, without importing it, which options an architecture's `build` takes.

    Raises ConfigError for a file without such a function, one that does not take what is GIVEN to it, or a file that is
    not valid Python.
    """
    try:
        function = _find(path, "build")
    except (OSError, SyntaxError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read as a model ({error}); mend it or move it away") from None
    if not isinstance(function, ast.FunctionDef):
        raise ConfigError(f"{path}: no function build(n_channels, image_size, n_classes, ...) in it")
    options = {**_positional_options(function), **_keyword_options(function)}
    missing = [name for name in sorted(GIVEN) if name not in options]
    if missing and function.args.kwarg is None:
        raise ConfigError(
            f"{path}, line {function.lineno}: build has to take {', '.join(missing)}: it is "
            "build(n_channels, image_size, n_classes, ...)"
        )
    return {name: option for name, option in options.items() if name not in GIVEN}


@cache
def required_numbers() -> dict[str, list[str]]:
    """Read which numbers of the config's sections a run needs: those that have no default where they are taken."""
    return {section: _required(_find(SCRIPTS / file, name)) for section, (file, name) in TAKEN_BY.items()}


def _required(taken_by: ast.FunctionDef | ast.ClassDef) -> list[str]:
    """Return the keyword-only arguments of a function, or the fields of a dataclass, that have no default."""
    if isinstance(taken_by, ast.ClassDef):
        return [node.target.id for node in taken_by.body if isinstance(node, ast.AnnAssign) and node.value is None]
    return [name for name, option in _keyword_options(taken_by).items() if option.default is REQUIRED]


def _find(path: Path, name: str) -> ast.FunctionDef | ast.ClassDef | None:
    for node in ast.parse(path.read_bytes(), filename=str(path)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            return node
    return None


def _positional_options(function: ast.FunctionDef) -> dict[str, Option]:
    """Return by name the arguments of a function that may be given by position."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    defaults = [None] * (len(arguments) - len(function.args.defaults)) + function.args.defaults
    return {argument.arg: _option(argument, default) for argument, default in zip(arguments, defaults, strict=True)}


def _keyword_options(function: ast.FunctionDef) -> dict[str, Option]:
    """Return the keyword-only arguments of a function by name."""
    arguments = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return {argument.arg: _option(argument, default) for argument, default in arguments}


def _option(argument: ast.arg, default: ast.expr | None) -> Option:
    annotation = ast.unparse(argument.annotation) if argument.annotation else ""
    choices = None
    if annotation.startswith("Literal["):
        choices = _literal(argument.annotation.slice)
        choices = choices if isinstance(choices, tuple | None) else (choices,)
    return Option(annotation, choices, REQUIRED if default is None else _literal(default))


def _literal(node: ast.expr) -> object:
    """Return the value that an expression spells out, or None."""
    try:
        return ast.literal_eval(node)
    except ValueError:  # such as a name, whose value is known only when the code runs
        return None


def yaml_value(text: str) -> object:
    """Return the number or truth value that YAML reads a text as, or the text itself."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    return value if isinstance(value, bool | int | float) else text
