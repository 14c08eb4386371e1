"""The params of rules: all that a job depends on, beside its input files.

Each file and number is a separate string, because Snakemake compares params as a set: the dry run then names what
changed. Params that are functions of `output` are not compared; rules use them to pass values to scripts that a string
already tracks, or that must rerun nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from rotational_variance.figures.catalogue import EXAMPLE, Drawing, of_models, of_pair
from rotational_variance.statistics.definition import check_measure, load_measure
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.measurement_layout import STATISTICS
from rv_study.errors import ConfigError
from rv_study.explain import did_you_mean
from rv_study.fingerprints import environment_hash, fingerprint, hashes, images_hash
from rv_study.nested import flatten
from rv_study.results import caption_file, measure_caption_file
from rv_study.run import Run

NOT_SHOWN = ("root", "path")  # of a dataset's source: places on this machine
STAGES = {  # with one job a run: its script, environment, and sections of numbers
    "train": ("train.py", "torch.yaml", ("model", "training")),
    "measure": ("measure.py", "torch.yaml", ("measurement",)),
}
Param = str | Callable[[object], str]


@dataclass(frozen=True)
class Params:
    """The params of a study's rules.

    workflow  the folder of the workflow, with scripts/ and envs/
    runs      the study's runs, by stem
    specs     the numbers of each run, by stem and section
    datasets  the sources of all datasets of the config
    figures   the config's settings of figures
    """

    workflow: Path
    runs: dict[str, Run]
    specs: dict[str, dict[str, dict]]
    datasets: dict[str, dict]
    figures: dict[str, object]

    def code(
        self, script: str, environment: str, drawings: Iterable[Drawing] = (), measures: Iterable[str] = ()
    ) -> list[str]:
        """Return a script's code, with what it finds by name, and the packages it runs with.

        drawings, measures  the figures that it draws, and the measures that it is given
        """
        found_by_name = [*drawer_files(self.workflow, drawings), *measure_files(self.workflow, measures)]
        files = fingerprint(self.workflow / "scripts" / script, *found_by_name)
        files = files | {environment: environment_hash(self.workflow / "envs" / environment)}
        return _texts(files)

    def of_stage(self, stage: str) -> list[Param]:
        """Return the params of a rule with one job per run: code, packages, and its run's numbers and architecture."""
        script, environment, sections = STAGES[stage]
        values = {run: self._run_values(script, run, *sections) for run in self.runs}
        names = set().union(*values.values())
        return [*self.code(script, environment), *params_by_name("run", names, values.__getitem__)]

    def made_by(self, stage: str, run: str) -> list[str]:
        """Return, as the same texts, all that the job of a run depends on, beside its input files."""
        script, environment, sections = STAGES[stage]
        values = {"run": run} | self._run_values(script, run, *sections)
        return sorted([*self.code(script, environment), *_texts(values)])

    def _run_values(self, script: str, run: str, *sections: str) -> dict[str, object]:
        """Return a run's numbers, and the code that its architecture adds: found by its name, not by an import."""
        scripts = self.workflow / "scripts"
        model = scripts / "rotational_variance" / "models" / f"{self.runs[run].model}.py"
        of_all, of_run = fingerprint(scripts / script), fingerprint(scripts / script, model)
        numbers = flatten({section: self.specs[run][section] for section in sections})
        return numbers | {name: value for name, value in of_run.items() if name not in of_all}

    def of_dataset(self) -> list[Param]:
        """Return the params of the rule with one job per dataset: its source, but for the folder of a download."""
        names = {name for source in self.datasets.values() for name in source if name != "root"}
        return params_by_name("dataset", {*names, "files"}, self._source)

    def _source(self, dataset: str) -> dict[str, object]:
        """Return the source of a dataset, with a hash of its files if they are the user's own."""
        source = self.datasets[dataset]
        return source | {"files": images_hash(Path(source["path"]))} if "path" in source else source

    def shown_source(self, dataset: str) -> dict[str, object]:
        """Return the source of a dataset, without its place on this machine."""
        return {name: value for name, value in self.datasets[dataset].items() if name not in NOT_SHOWN}

    def shown_sources(self, datasets: Iterable[str]) -> list[str]:
        """Return the sources of datasets, as the page shows them."""
        return [f"dataset {name}: {self.shown_source(name)}" for name in datasets]

    def of_figures(self, *settings: str) -> list[str]:
        """Return these settings of figures."""
        return [f"figures.{name}: {self.figures[name]}" for name in settings]


def of_trainings(trainings: Iterable[Training]) -> list[Param]:
    """Return how trainings are named and drawn."""
    # Functions, as Snakemake takes {braces} in a text, such as a label, for a wildcard.
    return [lambda wildcards, text=f"training {training.name}: {training}": text for training in trainings]


def measure_files(workflow: Path, measures: Iterable[str]) -> list[Path]:
    """Return the files of measures: the config names them, and no script imports them by name."""
    folder = workflow / "scripts" / "rotational_variance" / "measures"
    return [folder / f"{name}.py" for name in sorted(set(measures))]


def list_measures(workflow: Path) -> list[str]:
    """Return the names of all measures that there are."""
    return sorted(path.stem for path in (workflow / "scripts" / "rotational_variance" / "measures").glob("[a-z]*.py"))


def check_measures(workflow: Path, names: Iterable[str]) -> None:
    """Raise ConfigError for a mistake in the file of any measure, as tables hold all that there are.

    names  of the measures that figures are to show: each needs a file and a caption
    """
    measures = list_measures(workflow)
    for file in measure_files(workflow, measures):
        try:
            check_measure(load_measure(file.stem), STATISTICS)
        except ValueError as error:
            raise ConfigError(f"{error}; correct it, or move the file away") from None
    for name in names:
        if name not in measures:
            raise ConfigError(
                f"config: figures.measures: got {name}, expected a measure{did_you_mean(name, measures)}; "
                f"there are {', '.join(measures)}"
            )
        caption = workflow / "report" / measure_caption_file(name)
        if not caption.is_file():
            raise ConfigError(f"{caption}: missing; figures.measures shows {name}, write its caption there")


def drawer_files(workflow: Path, drawings: Iterable[Drawing]) -> list[Path]:
    """Return the files that draw figures: the catalogue names them, and no script imports them by name."""
    folder = workflow / "scripts" / "rotational_variance" / "figures"
    return sorted({folder / f"{drawing.drawer}.py" for drawing in drawings})


def check_code(workflow: Path) -> None:
    """Raise ConfigError for code, an environment, or a figure's drawer or caption that is missing or damaged."""
    for drawing in (*of_pair([""]), *of_models([""]), EXAMPLE):
        for path in (*drawer_files(workflow, [drawing]), workflow / "report" / caption_file(drawing)):
            if not path.is_file():
                raise ConfigError(f"{path}: missing; figures/catalogue.py lists the figure {drawing.subject}, write it")
    drawers = {"plot.py": of_pair([""]), "plot_models.py": of_models([""])}
    for script in sorted((workflow / "scripts").glob("*.py")):
        fingerprint(script, *drawer_files(workflow, drawers.get(script.name, ())))
    for environment in sorted((workflow / "envs").glob("*.yaml")):
        environment_hash(environment)


def of_files(files: Iterable[Path]) -> list[str]:
    """Return the contents of files that are not code, such as the page's template."""
    return _texts(hashes(*files))


def run_names(runs: Iterable[Run]) -> str:
    """Return the names of the runs that a figure or a table shows, in order."""
    return f"runs: {', '.join(run.stem for run in runs)}"


def params_by_name(wildcard: str, names: Iterable[str], values: Callable[[str], dict[str, object]]) -> list[Param]:
    """Return one params function per name. It gives "name: value" for the job's run, pair or dataset.

    wildcard  which of these
    values    a function from it to a dict of values by name. If that lacks the name, the params function gives a
              constant, so that names of other runs rerun nothing.
    """

    def constant(wildcards: object) -> str:
        return f"{wildcard}: {getattr(wildcards, wildcard)}"

    def of_name(name: str, wildcards: object) -> str:
        found = values(getattr(wildcards, wildcard))
        return f"{name}: {found[name]}" if name in found else constant(wildcards)

    return [constant, *(lambda wildcards, name=name: of_name(name, wildcards) for name in sorted(names))]


def _texts(values: dict[str, object]) -> list[str]:
    return [f"{name}: {value}" for name, value in values.items()]
