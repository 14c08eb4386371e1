"""A change reruns exactly what depends on it. Each test changes one thing in a finished study and reads a dry run."""

import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import tokenize
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from helpers import projects
from helpers.dry_runs import dry_run, read_plan, snakemake
from helpers.projects import RERUNS, TINY
from helpers.tiny_data import tiny_images, write_zip
from rv_study.code_hash import code_hash

STUDY = ["--cores", "2", "--configfile", str(TINY), str(RERUNS)]
MODELS, DATASETS, TRAININGS = ["simple_conv", "resnet"], ["tiny", "other"], ["unrotated", "rotated"]


EXAMPLE_DRAWN = {"plot_example png"}
EXAMPLE = {"example"} | EXAMPLE_DRAWN


def jobs(*rules, models=MODELS, datasets=DATASETS, trainings=TRAININGS, seeds=(0,)):
    """Name the jobs of these rules for these models, datasets, trainings and seeds; `tables` is one job for all.

    With any that shows results comes the report; "shown" are all of these. With the measurement of the network that the
    example is of, the example.
    """
    shown = {"plot", "plot_models", "tables"}
    rules = set(rules) | (shown if "shown" in rules else set())
    pairs = [f"{model}_{dataset}" for model, dataset in itertools.product(models, datasets)]
    runs = [f"{pair}_{training}_seed{seed}" for pair in pairs for training in trainings for seed in seeds]
    names = {"dataset": datasets, "train": runs, "measure": runs, "plot": pairs, "plot_models": datasets}
    names |= {f"{rule}_print": [f"{name} svg" for name in names[rule]] for rule in ("plot", "plot_models")}
    found = {f"{rule} {name}" for rule in rules for name in names.get(rule, [])} | ({"tables"} & rules)
    found |= EXAMPLE if "measure simple_conv_tiny_rotated_seed0" in found else set()
    return found | ({"report"} if rules & shown else set())


@pytest.fixture(scope="module")
def study(two_datasets_study):
    folder, _ = two_datasets_study
    for name in ("README.md", "docs/cluster.md", "tests/test_x.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("Words.\n")
    return folder


@pytest.fixture
def own_study(study, tmp_path):
    """A copy of the finished study, times included, for a test that runs it further."""
    return shutil.copytree(study, tmp_path / "copy")


def plan(folder, *arguments):
    return dry_run(folder, *STUDY, *arguments)


@contextmanager
def changed(path, change):
    """Give a file other contents, for a while."""
    before = path.read_bytes()
    path.write_bytes(change(before))
    try:
        yield
    finally:
        path.write_bytes(before)


def other_words(content):
    """Give code another comment, docstring and error texts."""
    text = content.decode().replace('"""', '"""Another word. ', 1)
    return re.sub(
        r'(raise \w+\(\s*f?"|log\.line\(f?"|log\.warn\(f?")', r"\1By the way: ", f"{text}\n# another comment\n"
    ).encode()


def other_comment(content):
    return b"# another comment\n" + content


def other_operator(content):
    """Change the first operator, so that the code computes something else."""
    others = {"==": "!=", "+": "-", "-": "+", "<": ">", ">": "<", "//": "+", "/": "+"}
    for token in tokenize.tokenize(io.BytesIO(content).readline):
        if token.exact_type != tokenize.RARROW and token.string in others:
            lines = content.decode().splitlines(keepends=True)
            (row, start), (_, end) = token.start, token.end
            lines[row - 1] = f"{lines[row - 1][:start]}{others[token.string]}{lines[row - 1][end:]}"
            return "".join(lines).encode()
    raise AssertionError("no operator in it")


def other_text(content):
    """Change a word that the table or page shows."""
    assert b"Quiroga" in content
    return content.replace(b"Quiroga", b"quiroga")


def run(folder, *arguments):
    done = projects.snakemake(folder, *arguments, *STUDY)  # targets first
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_second_dataset_ran_only_what_is_new(two_datasets_study):
    _, said = two_datasets_study
    assert read_plan(said).jobs == jobs("dataset", "train", "measure", "plot", datasets=["other"]) | jobs(
        "plot_models", "tables"
    )


# ---- nothing changed


def test_a_finished_study_has_nothing_to_do(study):
    planned = plan(study)
    assert planned.jobs == set()
    assert "Nothing to be done" in planned.text


@pytest.mark.parametrize("order", ["old first", "new first"])
def test_touching_every_file_reruns_nothing(own_study, order):
    files = sorted(path for path in own_study.rglob("*") if path.is_file() and ".snakemake" not in path.parts)
    assert len(files) > 60
    for second, path in enumerate(files if order == "old first" else files[::-1]):
        os.utime(path, (1_700_000_000 + second, 1_700_000_000 + second))
    assert plan(own_study).jobs == set()


@pytest.mark.parametrize("results_come", ["first", "last"])
def test_a_fresh_clone_beside_copied_results_reruns_nothing(study, tmp_path, results_come):
    parts = ["Snakefile", "workflow", "config", "profiles", "tiny.zip", "other", "results", ".snakemake"]
    for name in parts[::-1] if results_come == "first" else parts:
        copy = shutil.copyfile if (study / name).is_file() else shutil.copytree
        arguments = {} if copy is shutil.copyfile else {"copy_function": shutil.copyfile}  # no times are kept
        copy(study / name, tmp_path / name, **arguments)
    assert plan(tmp_path).jobs == set()


def test_words_rerun_nothing(own_study):
    for name in (
        "README.md", "docs/cluster.md", "tests/test_x.py",
        "workflow/scripts/rv_study/job_log.py",
    ):  # fmt: skip
        path = own_study / name
        path.write_bytes(other_comment(path.read_bytes()))
    assert plan(own_study).jobs == set()


def test_words_in_all_code_and_environments_rerun_nothing(own_study):
    files = [*own_study.glob("workflow/scripts/**/*.py"), *own_study.glob("workflow/envs/*.yaml")]
    assert len(files) > 60
    for path in files:
        change = other_words if path.suffix == ".py" else other_comment
        path.write_bytes(change(path.read_bytes()))
    assert plan(own_study).jobs == set()


AROUND_JOBS = {  # file: what it computes, and other code there
    "progress": ("JobProgress(label, total, done)", "JobProgress(label, total + 1, done)"),
    "progress_words": ("told['share']", "told['done']"),
    "to_snakemake": ("ANSWER_S = 10", "ANSWER_S = 11"),
    "own_gpu": ("POLL_S = 1", "POLL_S = 2"),
    "working_alone": ("STALE_S = 60", "STALE_S = 61"),
    "device_choice": ("return ", 'return "cpu" if wanted == "auto" else '),
    "time_limits": ("(signal.SIGTERM, signal.SIGINT)", "(signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)"),
}


def test_what_surrounds_a_job_reruns_nothing(own_study):
    """Progress, locks, the choice of a device, time limits: a finished network outlives changes of their code."""
    for name, (code, other) in AROUND_JOBS.items():
        path = own_study / f"workflow/scripts/rv_study/around_jobs/{name}.py"
        before = path.read_text()
        path.write_text(before.replace(code, other))
        assert code_hash(path.read_bytes()) != code_hash(before.encode())
    assert plan(own_study).jobs == set()


# ---- code


LIBRARY = "workflow/scripts/rotational_variance"
AFTER_DATASETS = jobs("train", "measure", "shown")
AFTER_TRAINING = jobs("measure", "shown")
OF_TINY = jobs("dataset", "train", "measure", "shown", datasets=["tiny"])
OF_OTHER = jobs("dataset", "train", "measure", "shown", datasets=["other"])
OF_RESNET = jobs("train", "measure", "shown", models=["resnet"])


def other_colour(content):
    text = content.decode()
    assert re.search(r'"#[0-9a-f]{6}"', text)
    return re.sub(r'"#[0-9a-f]{6}"', '"#123456"', text, count=1).encode()


@pytest.mark.parametrize(("name", "change", "expected"), [
    (f"{LIBRARY}/figures/parts/colour_scale.py", other_colour, jobs("plot")),
    (f"{LIBRARY}/figures/depth.py", other_operator, jobs("plot_models")),
    (f"{LIBRARY}/figures/parts/style.py", other_colour, jobs("plot", "plot_models") | EXAMPLE_DRAWN),
    (f"{LIBRARY}/tables/claims.py", other_text, jobs("tables")),
    (f"{LIBRARY}/page/page.py", other_operator, {"report"}),
    (f"{LIBRARY}/statistics/layer_selection.py", other_operator, jobs("shown") | EXAMPLE_DRAWN),
    (f"{LIBRARY}/measuring/moments.py", other_operator, AFTER_TRAINING),
    (f"{LIBRARY}/measuring/one_pass.py", other_operator, AFTER_TRAINING),
    (f"{LIBRARY}/activations/tracing.py", other_operator, AFTER_TRAINING),
    (f"{LIBRARY}/training/fit.py", other_operator, AFTER_DATASETS),
    (f"{LIBRARY}/models/resnet.py", other_operator, OF_RESNET),
    (f"{LIBRARY}/models/vgg16.py", other_operator, set()),
    (f"{LIBRARY}/samples/sources.py", other_operator, jobs("dataset") | AFTER_DATASETS),
])  # fmt: skip
def test_changed_code_reruns_what_runs_it(study, name, change, expected):
    with changed(study / name, change):
        planned = plan(study)
    assert planned.jobs == expected
    first = next((reason for reason in planned.reasons.values() if "Params have changed" in reason), "")
    assert Path(name).name in first if expected else not first


@pytest.mark.parametrize(("name", "expected"), [
    ("plot.yaml", jobs("shown") | EXAMPLE_DRAWN), ("torch.yaml", jobs("dataset") | AFTER_DATASETS),
])  # fmt: skip
def test_a_changed_environment_reruns_what_runs_in_it(study, name, expected):
    with changed(study / "workflow/envs" / name, lambda content: content.replace(b"numpy==2", b"numpy==3")):
        planned = plan(study)
    assert planned.jobs == expected
    assert any(name in reason for reason in planned.reasons.values())


def test_other_published_values_are_shown(study):
    with changed(study / "workflow/resources/published.csv", lambda content: content.replace(b"0.", b"0.9", 1)):
        assert plan(study).jobs == jobs("plot_models", "tables")


# ---- numbers


def overlay(**runs):
    return "runs=" + str(runs).replace("'", "")


ROTATED_RESNET = {"models": ["resnet"], "datasets": ["other"], "trainings": ["rotated"]}


@pytest.mark.parametrize(("change", "expected", "before", "now"), [
    (
        overlay(pairs={"resnet": {"other": {"by_training": {"rotated": {"training": {"epochs": 2}}}}}}),
        jobs("train", "measure", "shown", **ROTATED_RESNET), ["training.epochs: 1"], ["training.epochs: 2"],
    ),
    (
        overlay(models={"simple_conv": {"model": {"width": 8, "hidden": 4}}}),  # swapped
        jobs("train", "measure", "shown", models=["simple_conv"]),
        ["model.hidden: 8", "model.width: 4"], ["model.hidden: 4", "model.width: 8"],
    ),
    (
        overlay(models={"resnet": {"model": {"width": 5}}}),
        jobs("train", "measure", "shown", models=["resnet"]), ["model.width: 4"], ["model.width: 5"],
    ),
    (
        overlay(defaults={"measurement": {"angles": 6}}), AFTER_TRAINING,
        ["measurement.angles: 4"], ["measurement.angles: 6"],
    ),
    (
        overlay(defaults={"measurement": {"angles": {"from": -90, "to": 90, "number": 4}}}), AFTER_TRAINING,
        ["measurement.angles: 4"],
        ["measurement.angles.from: -90", "measurement.angles.number: 4", "measurement.angles.to: 90"],
    ),
    (
        overlay(datasets={"tiny": {"measurement": {"n_samples": 30}}}),
        jobs("measure", "shown", datasets=["tiny"]), ["measurement.n_samples: all"], ["measurement.n_samples: 30"],
    ),
    (
        overlay(defaults={"measurement": {"precision": "bfloat16"}}), AFTER_TRAINING,
        ["measurement.precision: float32"], ["measurement.precision: bfloat16"],
    ),
    ("figures={aggregation: max}", jobs("plot") | EXAMPLE, ["figures.aggregation: mean"], ["figures.aggregation: max"]),
    ("figures={sort_units: false}", jobs("plot"), ["figures.sort_units: True"], ["figures.sort_units: False"]),
    ("figures={layers: all}", jobs("plot", "plot_models"), ["figures.layers: auto"], ["figures.layers: all"]),
    ("datasets={tiny: {size: 14}}", OF_TINY, [], ["size: 14"]),
    (
        "trainings={rotated: {rotate: 45}}", jobs("train", "measure", trainings=["rotated"]) | jobs("shown"),
        ["training.rotate: 180"], ["training.rotate: 45"],
    ),
])  # fmt: skip
def test_a_changed_number_reruns_what_uses_it_and_is_named(study, change, expected, before, now):
    planned = plan(study, "--config", change)
    assert planned.jobs == expected
    assert {(tuple(before), tuple(now))} == {reason for reason in map(changes, planned.reasons.values()) if reason}


def test_another_label_draws_figures_of_its_dataset_and_writes_sentences_anew(study):
    planned = plan(study, "--config", "datasets={tiny: {label: 'small {images}'}}")
    assert planned.jobs == jobs("plot", "plot_models", "tables", datasets=["tiny"]) | EXAMPLE_DRAWN
    of_figures = ("label: tiny",), ("label: small {images}",)
    of_all = ("other", "tiny"), ("other", "small {images}")  # the names in a list, as the dry run's text is read
    assert {reason for reason in map(changes, planned.reasons.values()) if reason} == {of_figures, of_all}


IN_SVG = jobs("plot_print", "plot_models_print") | {"plot_example svg"}


def test_another_format_is_drawn_beside(study):
    assert plan(study, "--config", "figures={format: svg}").jobs == IN_SVG


@pytest.mark.parametrize("target", ["all", "results/report.html"])
def test_another_format_hides_no_other_change(study, target):
    planned = dry_run(study, target, *STUDY, "--config", "figures={format: svg, layers: all}")  # targets first
    assert planned.jobs == jobs("plot", "plot_models") | (IN_SVG if target == "all" else set())


def changes(reason):
    """Return the texts that a reason says were there before, and those that are now; None where it tells of none."""
    found = re.search(r"before: (.*) now: (.*)$", reason)
    return found and tuple(tuple(sorted(re.findall(r"'([^']*)'", part))) for part in found.groups())


@pytest.mark.parametrize("change", [
    overlay(defaults={"training": {"batch_size": 16.0}}, models={"simple_conv": {"model": {"width": 4.0}}}),
    overlay(models={"simple_conv": {"model": {"hidden": 8, "width": 4}}}),  # in another order
    "execution={device: auto, threads: {train: 2, measure: 2}, passes: {batch_size: 4, memory_format: contiguous}}",
    "execution={memory_mb: {train: 9}, runtime_minutes: {train: 9}}",
    "trainings={rotated: {rotate: 180}, unrotated: {rotate: 0}}",  # another way to write true and false
    "trainings={within45: {rotate: 10}, mine: {epochs: 3}}",  # which the study does not pick
])  # fmt: skip
def test_what_changes_no_number_reruns_nothing(study, change):
    assert plan(study, "--config", change).jobs == set()


def test_every_number_of_the_schema_is_tracked(study, tmp_path):
    schema = yaml.safe_load((study / "workflow/schemas/config.schema.yaml").read_text())
    names = {f"{section}.{name}" for section in ("training", "measurement")
             for name in schema["$defs"]["numbers"][section]["properties"]}  # fmt: skip
    recorded = "".join(path.read_text() for path in (study / ".snakemake/metadata").rglob("*") if path.is_file())
    assert {name for name in names if f"{name}: " in recorded} == names


# ---- more to study


def study_of(**lists):
    everything = {"models": MODELS, "datasets": DATASETS, "trainings": TRAININGS, "seeds": [0]} | lists
    return "study=" + str(everything).replace("'", "")


def test_a_new_seed_runs_only_that_seed_and_what_shows_it(study):
    expected = jobs("train", "measure", seeds=[5]) | jobs("shown")
    assert plan(study, "--config", study_of(seeds=[0, 5])).jobs == expected


def test_a_new_model_runs_only_that_model_and_what_shows_all(study):
    expected = jobs("train", "measure", "plot", models=["vgg16"], datasets=["other"])  # tiny has it already
    expected |= jobs("plot_models", "tables")
    assert plan(study, "--config", study_of(models=[*MODELS, "vgg16"])).jobs == expected


def test_a_new_dataset_runs_only_that_dataset_and_the_tables(study):
    expected = jobs("dataset", "train", "measure", "shown", datasets=["digits"])
    assert plan(study, "--config", study_of(datasets=[*DATASETS, "digits"])).jobs == expected


def test_a_new_training_runs_only_that_training_and_what_shows_it(study):
    expected = jobs("train", "measure", trainings=["untrained"]) | jobs("shown")
    assert plan(study, "--config", study_of(trainings=[*TRAININGS, "untrained"])).jobs == expected


def test_another_label_or_order_of_trainings_is_shown(study):
    planned = plan(study, "--config", "trainings={rotated: {label: by any angle}}")
    assert planned.jobs == jobs("shown") | EXAMPLE_DRAWN
    reason = planned.reasons["tables"]
    assert reason.count("look=1)") == reason.count("Training(") == 2  # its look stays, and no other training changes
    assert "label='rotated training'" in reason
    assert "label='by any angle'" in reason
    assert plan(study, "--config", study_of(trainings=TRAININGS[::-1])).jobs == jobs("shown") | EXAMPLE


def test_fewer_models_run_nothing_but_what_shows_them(study):
    assert plan(study, "--config", study_of(models=["resnet"])).jobs == jobs("plot_models", "tables") | EXAMPLE


# ---- datasets


@pytest.mark.long
def test_another_source_of_the_same_bytes_trains_nothing(own_study):
    write_zip(own_study / "tiny.zip", tiny_images(), zipfile.ZIP_DEFLATED)  # packed anew
    resized = ["--config", "datasets={tiny: {size: 12}}"]  # which it is already
    planned = plan(own_study, *resized)
    assert planned.jobs == OF_TINY  # for all that is known before the dataset is made
    (before,), (now, size) = changes(planned.reasons["dataset tiny"])
    assert before.startswith("files: ")
    assert now.startswith("files: ")
    assert size == "size: 12"
    measured = [f"results/variance/{model}_tiny_rotated_seed0.h5" for model in MODELS]
    assert read_plan(run(own_study, *measured, *resized)).jobs == {"dataset tiny"}
    assert dry_run(own_study, *measured, *STUDY, *resized).jobs == set()


@pytest.mark.long
def test_other_bytes_train_anew(own_study):
    write_zip(own_study / "tiny.zip", tiny_images(6, 5))
    assert plan(own_study).jobs == OF_TINY
    done = read_plan(run(own_study, "results/checkpoints/simple_conv_tiny_rotated_seed0.pt")).jobs
    assert done == {"dataset tiny", "train simple_conv_tiny_rotated_seed0"}
    assert plan(own_study).jobs == OF_TINY - done


def test_an_older_file_counts_by_its_contents(own_study):
    write_zip(own_study / "tiny.zip", tiny_images(6, 5))
    os.utime(own_study / "tiny.zip", (0, 0))
    assert plan(own_study).jobs == OF_TINY


@pytest.mark.parametrize("name", ["tiny", "other"])
def test_a_source_that_is_gone_harms_no_dataset(own_study, name):
    source = own_study / {"tiny": "tiny.zip", "other": "other"}[name]
    source.rename(own_study / "elsewhere")
    made = own_study / f"results/datasets/{name}.h5"
    before = made.read_bytes()
    code, text = snakemake(own_study, *STUDY)
    assert code != 0
    (line,) = [line for line in text.splitlines() if "no such folder or archive" in line]
    assert line.endswith(
        f"dataset {name}: {source.name}: no such folder or archive, but results/datasets/{name}.h5 was made from it; "
        "put it back, or correct `path` in the config"
    )
    assert "Traceback" not in text
    assert made.read_bytes() == before
    (own_study / "elsewhere").rename(source)
    assert plan(own_study).jobs == set()


def test_the_contents_of_a_folder_of_images_count(own_study):
    image = own_study / "other/test/3/5.png"
    assert image.exists()
    hidden = own_study / "other/test/3/.thumbnail"
    hidden.write_text("passed over")
    assert plan(own_study).jobs == set()
    with changed(image, lambda content: (own_study / "other/test/4/5.png").read_bytes()):
        planned = plan(own_study)
        assert planned.jobs == OF_OTHER
        assert "before: 'files: " in planned.reasons["dataset other"]
    image.rename(image.with_name("6.png"))
    assert plan(own_study).jobs == OF_OTHER
    shutil.copy(image.with_name("6.png"), image)
    assert plan(own_study).jobs == OF_OTHER


# ---- the report, and the Snakefile itself


@pytest.mark.long
def test_a_caption_is_in_the_next_report(own_study):
    caption = own_study / "workflow/report/figures/headline.rst"
    caption.write_text(caption.read_text() + "\nAnother sentence for the caption.\n")
    planned = plan(own_study)
    assert planned.jobs == {"report"}
    assert "headline.rst" in planned.reasons["report"]
    run(own_study)
    assert "Another sentence for the caption." in (own_study / "results/report.html").read_text()
    run(own_study, "--report", "report.html")
    assert "Another sentence for the caption." in (own_study / "report.html").read_text()


def test_snakemake_plans_without_torch(study, tmp_path):
    (tmp_path / "torch.py").write_text("raise AssertionError('torch was imported')\n")
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *STUDY, "-n"], cwd=study, env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Nothing to be done" in done.stdout + done.stderr
