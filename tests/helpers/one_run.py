"""One run in a folder, and its jobs: the scripts themselves, as Snakemake would run them, but in this process."""

import runpy
import tempfile
from pathlib import Path
from types import SimpleNamespace

from rotational_variance.statistics.trainings import Training
from rv_study.run import Run

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow" / "scripts"
PUBLISHED = SCRIPTS.parent / "resources" / "published.csv"
RUN = {"model": "simple_conv", "dataset": "tiny", "training": "rotated", "seed": 0}
STEM = "simple_conv_tiny_rotated_seed0"
SPEC = {
    "model": {"width": 2, "hidden": 4},
    "training": {
        "rotate": 180, "shift": 0, "flip": False, "epochs": 3, "batch_size": 16, "optimizer": "muon",
        "learning_rate": 0.01, "momentum": 0.9, "weight_decay": 0, "schedule": "one_cycle", "label_smoothing": 0,
        "history_samples": "all", "test_rotation_seed": 0,
    },
}  # fmt: skip
TABLES = (
    "global.csv",
    "global.md",
    "global.tex",
    "layers.csv",
    "accuracy.csv",
    "accuracy.md",
    "claims.md",
    "findings.txt",
)
TRAININGS = [Training("rotated", cell="rotated", label="rotated training", look=1)]
MEASURES = ["normalized_variance"]
MEASUREMENT = {"angles": 3, "n_samples": "all", "precision": "float32"}


class OneRun:
    """A folder with the files of one run, and the jobs that make them."""

    def __init__(self, folder):
        self.folder, self.threads, self.kept = folder, 1, None
        self.zip, self.dataset = folder / "tiny.zip", folder / "tiny.h5"
        self.checkpoint, self.history = folder / f"{STEM}.pt", folder / f"{STEM}.csv"
        self.variance = folder / f"{STEM}.h5"
        self.digest, self.headline, self.history_figure = (
            folder / f"{name}.png" for name in ("digest", "headline_mean", "history")
        )
        self.models_figure = folder / "global.png"
        self.tables = {name.replace(".", "_"): folder / name for name in TABLES}
        vars(self).update(self.tables)
        self.resume = folder / f"{STEM}.resume.pt"

    def make_dataset(self, source=None):
        run_job(
            "dataset", self.folder, reads={}, writes={"only": self.dataset}, dataset="tiny",
            params={"source": source or {"source": "images", "path": str(self.zip)}},
        )  # fmt: skip

    def train(self, **changes):
        spec = {**SPEC, "training": {**SPEC["training"], **changes}}
        run_job(
            "train", self.folder, reads={"dataset": self.dataset}, run=STEM,
            writes={"checkpoint": self.checkpoint, "history": self.history},
            params={
                "run": Run(**RUN), "spec": spec, "device": "cpu",
                "made_by": made_by("training", spec["training"]), "kept": self.kept_folder(),
            },
            threads=self.threads,
        )  # fmt: skip

    def measure(self):
        passes = {"batch_size": "auto", "memory_format": "auto"}
        run_job(
            "measure", self.folder, reads={"dataset": self.dataset, "checkpoint": self.checkpoint}, run=STEM,
            writes={"only": self.variance},
            params={
                "run": Run(**RUN), "measurement": MEASUREMENT, "device": "cpu", "passes": passes,
                "made_by": made_by("measurement", MEASUREMENT), "kept": self.kept_folder(),
            },
        )  # fmt: skip

    def kept_folder(self):
        """Return the folder of kept results: a new one for each job, unless a test sets one, so that all is computed."""
        return str(self.kept or tempfile.mkdtemp(prefix="kept", dir=self.folder.parent))

    def plot(self):
        run_job(
            "plot", self.folder, reads={"variances": [self.variance], "histories": [self.history]}, pair="x",
            writes={"digest": self.digest, "figures": [self.headline, self.history_figure]},
            params={
                "runs": [Run(**RUN)], "dataset": "tiny", "trainings": TRAININGS,
                "settings": {"measures": MEASURES, "aggregation": "mean", "layers": "auto", "sort_units": True},
            },
        )  # fmt: skip

    def plot_models(self):
        run_job(
            "plot_models", self.folder, dataset="x",
            reads={"variances": [self.variance], "histories": [self.history], "published": PUBLISHED},
            writes={"figures": [self.models_figure]}, params={"runs": [Run(**RUN)], "dataset": "tiny", "trainings": TRAININGS, "measures": MEASURES, "layers": "all", "published_datasets": []},
        )  # fmt: skip

    def tabulate(self):
        run_job(
            "tables", self.folder, reads={"variances": [self.variance], "histories": [self.history], "published": PUBLISHED},
            writes=self.tables,
            params={
                "runs": [Run(**RUN)], "trainings": TRAININGS, "measures": MEASURES, "all_measures": MEASURES,
                "published_datasets": [], "labels": {RUN["dataset"]: "tiny"},
            },
        )  # fmt: skip


def made_by(section, numbers):
    """Return the numbers of a section as texts."""
    return [f"{section}.{name}: {value}" for name, value in numbers.items()]


class Named(list):
    """A list whose items also have names."""

    def __init__(self, items: dict) -> None:
        super().__init__(items.values())
        self.__dict__.update(items)
        self.items = items.items


def run_job(
    name: str, folder: Path, *, reads: dict, writes: dict, params: dict, threads: int = 1, **wildcards: str
) -> None:
    """Run `name`.py on these files; its log is `folder`/job.log. Raises the SystemExit of a job that fails."""
    job = SimpleNamespace(
        input=Named({key: _text(value) for key, value in reads.items()}),
        output=Named({key: _text(value) for key, value in writes.items()}),
        params=Named(params),
        wildcards=Named(wildcards),
        log=[str(folder / "job.log")],
        threads=threads,
    )
    runpy.run_path(str(SCRIPTS / f"{name}.py"), init_globals={"snakemake": job}, run_name="__main__")


def _text(files):
    return [str(path) for path in files] if isinstance(files, list) else str(files)
