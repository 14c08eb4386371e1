"""The study's page: what is on it, that it needs nothing from elsewhere, and what it refuses."""

import base64
import csv
import io
import itertools
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote

import jinja2
import matplotlib
import numpy as np
import pytest
import yaml
from PIL import Image

from helpers.one_run import SCRIPTS, run_job
from rotational_variance.figures import catalogue
from rotational_variance.figures.parts.training_looks import LOOKS
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.measures.sample_std import MEASURE as SAMPLE_STD
from rotational_variance.page.markup import caption_html, markdown_html, plain
from rotational_variance.page.page import Figure
from rotational_variance.statistics.measurement import Layer, Measurement
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.measurement_attributes import read_attributes
from rotational_variance.storage.measurement_writer import write_measurement
from rv_study.captions import fill_caption
from rv_study.made_on import Job
from rv_study.results import caption_file, measure_caption_file, of_models, of_pair
from rv_study.run import Run

PROJECT = SCRIPTS.parents[1]
WORDS = PROJECT / "workflow" / "report"
AWKWARD = 'x<&"_'  # a dataset's name
RUNS = [
    Run(model, dataset, training, 0)
    for model in ("simple_conv", "resnet") for dataset in ("digits", AWKWARD) for training in ("unrotated", "rotated")
]  # fmt: skip
TRAININGS = [
    Training("unrotated", "unrotated", "unrotated training", 0),
    Training("rotated", "turned", "trained on turned <images>", 3),
]
OF_PAIR, OF_MODELS = catalogue.of_pair([M.name]), catalogue.of_models([M.name])
PAIRS = list(dict.fromkeys(run.pair for run in RUNS))
DATASETS = list(dict.fromkeys(run.dataset for run in RUNS))
LABELS = {name: "Digits (small)" if name == "digits" else name for name in DATASETS}
VOID = {"meta", "link", "img", "br", "hr", "input"}


def accuracies(*at_chance):
    """Make a table of accuracies that says of these runs, by number, that they are at chance."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*RUNS[0].as_dict(), "at_chance", "accuracy_upright"])
    writer.writerows([*run.as_dict().values(), i in at_chance, 0.5] for i, run in enumerate(RUNS))
    return file.getvalue()


FINDINGS = ["Accuracy: 97% & more <b>.", "M: 0.41.", "Claims: 3 of 4."]
GLOBAL_COLUMNS = ["n_dead_mean_all", "n_infinite_mean_all", "n_below_precision_mean_all", "published_mean_all"]
OF_M = {"measure": M.name, "layers": "published"}


def global_values(**of_run):
    """Make a table of global values in which run number 0 has these, and the others have nothing to tell of."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [*RUNS[0].as_dict(), *OF_M, *GLOBAL_COLUMNS], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        run.as_dict() | OF_M | dict.fromkeys(GLOBAL_COLUMNS[:3], 0) | (of_run if i == 0 else {})
        for i, run in enumerate(RUNS)
    )
    return file.getvalue()


TABLES = {
    "findings.txt": "\n".join([*FINDINGS, ""]),
    "global.csv": global_values(),
    "accuracy.csv": accuracies(),
    "global.md": "# Global M\n\nAll runs.\n\n## Published layers\n\n| model | M |\n| --- | ---: |\n| resnet | 0.123 |\n",
    "accuracy.md": "# Accuracy\n\n| model | upright |\n| --- | ---: |\n| <b>cat & \"dog\"</b> | 98.7% |\n",
    "claims.md": "# Claims\n\n## 1. It lowers M\n\n**Supported in 3 of 4.**\n\n| run | lower |\n| --- | --- |\n| one | yes |\n",
}  # fmt: skip


def png(number):
    """A PNG that differs from those of other numbers, 1560 pixels wide."""
    file = io.BytesIO()
    Image.new("P", (1560, 600 + number), number % 256).save(file, "PNG", dpi=(220, 220))
    return file.getvalue()


QUIET = {  # the facts of runs of which there is little to tell
    "subject": "x", "several_seeds": False, "several_models": True, "at_chance": False, "untrained": False,
    "some_tested": False, "left_out": False, "published": False, "vgg16": False, "dead": False, "infinite": False, "below_precision": False,
}  # fmt: skip


def filled(text, measure=None, **facts):
    return caption_html(fill_caption(text, QUIET | facts, measure))


MACHINE = re.compile("<!-- Below, until.*?<!-- The end of what differs. -->", re.DOTALL)


def without_machine(html):
    """Leave out the part of a page that differs from one making to the next."""
    assert len(MACHINE.findall(html)) == 1
    return MACHINE.sub("", html)


def attributes_of(run):
    return {
        **run.as_dict(),
        "spec": {
            "model": {"width": 17},
            "training": {"learning_rate": 0.0123, "rotate": True, "epochs": 3},
            "measurement": {"angles": {"from": -45, "to": 45, "number": 7}, "n_samples": "all"},
        },
        "activations": {"found_by": "torch.fx", "not_seen": ["<lambda>"]},
        "computed_on": {"train": {"device": "cpu", "threads": 3}, "measure": {"device": "cuda", "threads": 5}},
        "versions": {"torch": "2.99.1", "numpy": "2.88.2"},
        "dataset_sha256": "ab" * 32,
        "checkpoint_sha256": "cd" * 32,
    }


def write_run(path, run):
    statistics = np.ones((2, 3, 4))
    measurement = Measurement(
        [Layer("fc", "linear", {"transformation_std": statistics, "sample_std": statistics}, np.zeros((2, 4)), 1)], np.array([0.0, 90]), ["mean", "max"],
        ["all", "a", "b"], np.array([4, 2, 2]), np.array([4, 2, 2]), np.ones((3, 2)), attributes_of(run),
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    write_measurement(path, measurement)


class Study:
    """A folder with all that the page is made of, and the job that makes it."""

    def __init__(self, folder, measures=(M.name,)):
        self.folder, self.measures = folder, list(measures)
        self.variances = [folder / f"results/variance/{run.stem}.h5" for run in RUNS]
        self.pair_figures = [folder / path for pair in PAIRS for path in of_pair(pair, measures).values()]
        self.models_figures = [folder / path for name in DATASETS for path in of_models(name, measures).values()]
        self.tables = [folder / "results/tables" / name for name in TABLES]
        self.example = folder / "results/plots/example.png"
        self.page = folder / "results/report.html"

    def write(self):
        for run, path in zip(RUNS, self.variances, strict=True):
            write_run(path, run)
        for number, path in enumerate([*self.pair_figures, *self.models_figures, self.example]):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png(number))
        for path in self.tables:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(TABLES[path.name])

    def job(self, stage, run):
        return Job(self.folder / f"{stage}-{run.stem}.tsv", self.folder / f"{stage}-{run.stem}.log")

    def make(self, aggregation="mean", folder=WORDS):
        reads = {
            name: getattr(self, name) for name in ("variances", "pair_figures", "models_figures", "tables", "example")
        }
        settings = {
            "measures": self.measures, "aggregation": aggregation, "layers": "published", "sort_units": False,
        }  # fmt: skip
        sources = {dataset: {"source": "a source", "size": 77} for dataset in DATASETS}
        params = {
            "runs": RUNS,
            "labels": LABELS,
            "trainings": TRAININGS,
            "settings": settings,
            "sources": sources,
            "folder": str(folder),
            "study": "",
            "costs": {stage: [self.job(stage, run) for run in RUNS] for stage in ("train", "measure")},
            "other_costs": {"plot": [self.job("plot", run) for run in RUNS[:2]]},
            "project": str(PROJECT),
        }
        run_job("report", self.folder, reads=reads, writes={"only": self.page}, params=params)
        return self.page.read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Reads a page into its tags, with their attributes and the tags around them, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes), [name for name, _ in self.open]))
        if tag not in VOID:
            self.open.append((tag, len(self.texts)))

    def handle_endtag(self, tag):
        opened, _ = self.open.pop()
        assert opened == tag

    def handle_data(self, text):
        self.texts.append((self.open[-1][0] if self.open else "", text))

    def all(self, tag):
        return [attributes for name, attributes, _ in self.tags if name == tag]

    def cells(self):
        return [text for tag, text in self.texts if tag in ("td", "th")]

    @property
    def text(self):
        return " ".join(" ".join(text for tag, text in self.texts if tag != "style").split())


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    study = Study(tmp_path_factory.mktemp("report"))
    study.write()
    return study


@pytest.fixture(scope="module")
def html(study):
    return study.make()


@pytest.fixture(scope="module")
def page(html):
    return Reader(html)


# ---- what is on the page


def test_it_needs_nothing_from_elsewhere(html, page):
    for tag, attributes, _ in page.tags:
        assert tag not in ("script", "iframe", "object", "embed", "base", "form")
        assert not [name for name in attributes if name.startswith("on") or name in ("srcset", "background", "poster")]
        assert attributes.get("src", "data:").startswith("data:")
        if tag != "a":
            assert attributes.get("href", "data:").startswith("data:")
        assert not re.search(r"url\(|@import", attributes.get("style", ""))
    css = "".join(text for tag, text in page.texts if tag == "style")
    assert css
    assert not re.search(r"url\(|@import|image-set", css)
    (policy,) = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def pixels(content):
    with Image.open(io.BytesIO(content)) as image:
        return image.size, image.convert("RGB").tobytes()


def test_every_figure_is_there_once_pixel_by_pixel(study, page):
    images = [base64.b64decode(image["src"].removeprefix("data:image/webp;base64,")) for image in page.all("img")]
    files = [pixels(path.read_bytes()) for path in (*study.pair_figures, *study.models_figures, study.example)]
    assert len(set(files)) == len(files) == len(images)
    assert set(map(pixels, images)) == set(files)


@pytest.mark.parametrize("alpha", [255, 100])
def test_a_figure_on_the_page_has_all_colours_and_holes(alpha):
    file, random = io.BytesIO(), np.random.default_rng(0)
    drawn = random.integers(0, 256, (30, 20, 4), dtype=np.uint8)
    drawn[..., 3] = alpha
    Image.fromarray(drawn).save(file, "PNG")
    uri = Figure("x", "X", "x", "", "", file.getvalue()).uri
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        assert (np.array(image.convert("RGBA")) == drawn).all()


def test_it_begins_with_the_answer(page):
    headings = [text for tag, text in page.texts if tag == "h2"]
    assert headings[:4] == ["Contents", "What was found", "Claims", "The measure"]
    assert "What two units of a layer do" in page.text
    assert page.text.index(FINDINGS[0]) < page.text.index(FINDINGS[2]) < page.text.index("Supported in 3 of 4.")
    figures = [figure["id"] for figure in page.all("figure")]
    assert figures[:3] == [*(f"figure-dataset-{name}-answer_mean" for name in DATASETS), "figure-study-example"]
    assert [name for name in figures if name.endswith("answer_max")] == [
        f"figure-dataset-{name}-answer_max" for name in DATASETS
    ]


def test_tables_are_folded(page):
    around = [names for tag, _, names in page.tags if tag == "table"]
    assert len(around) > 3
    facts = [attributes for attributes in page.all("table") if attributes.get("class") == "facts"]
    assert sum("details" not in names for names in around) == len([1 for _ in facts]) - len(RUNS)  # all but some facts


def test_a_figure_is_enlarged_and_closed_by_links(page):
    ids = {attributes["id"] for _, attributes, _ in page.tags if "id" in attributes}
    links = {(link.get("class"), unquote(link["href"])) for link in page.all("a")}
    for name in [figure["id"] for figure in page.all("figure")]:
        assert {("whole", f"#{name}"), ("close", f"#{name}-at")} <= links
        assert f"{name}-at" in ids


def test_figures_have_words_of_their_own(page):
    alts = [image["alt"] for image in page.all("img")]
    assert len(set(alts)) == len(alts)
    for drawing in OF_PAIR:
        feature_maps = {"mean": ", mean of feature maps", "max": ", maximum of feature maps", "": ""}
        assert f"{drawing.title('M')}, resnet on {AWKWARD}{feature_maps[drawing.aggregation]}" in alts
    assert f"{OF_MODELS[0].title('M')}, all models on Digits (small)" in " ".join(alts)
    assert "On Digits (small)" in page.text
    for drawing in (*OF_PAIR, *OF_MODELS):
        caption = (WORDS / caption_file(drawing)).read_text()
        shown = M if drawing.measure else None
        subject = "resnet on Digits (small)" if drawing in OF_PAIR else "Digits (small)"
        assert Reader(filled(caption, shown, subject=subject)).text in page.text


def test_a_training_has_its_label_and_the_colour_of_its_look(page):
    marks = [attributes["style"] for attributes in page.all("span") if attributes.get("class") == "training"]
    assert marks[: len(TRAININGS)] == [f"--look: {LOOKS[training.look].color}" for training in TRAININGS]
    assert len(marks) == len(TRAININGS) + 2 * len(RUNS)


def test_the_measure_is_told(page):
    caption = (WORDS / measure_caption_file(M.name)).read_text()
    assert Reader(filled(caption, M)).text in page.text
    assert [text for tag, text in page.texts if tag == "h2"].count("The measure") == 1


def test_a_second_measure_is_told_and_shown_after_the_first(tmp_path):
    study = Study(tmp_path, measures=[M.name, SAMPLE_STD.name])
    study.write()
    page = Reader(study.make())
    assert "The measure: normalized variance" in page.text
    assert "Another measure: sample std" in page.text
    assert Reader(filled((WORDS / measure_caption_file(SAMPLE_STD.name)).read_text(), SAMPLE_STD)).text in page.text
    images = [image["alt"] for image in page.all("img") if "resnet on Digits (small)" in image["alt"]]
    assert len(images) == len(set(images)) == len(catalogue.of_pair(study.measures))
    assert "Sample std of each layer, resnet on Digits (small), mean of feature maps" in images
    caption = (WORDS / "figures/curves.rst").read_text()
    assert Reader(filled(caption, SAMPLE_STD, subject="resnet on Digits (small)")).text in page.text
    headings = [text for tag, text in page.texts if tag == "h4"]
    of_pair = headings[headings.index("Layers") :]
    sample_std = ["Sample std: at a glance", "Sample std: layers", "Sample std: units and outputs"]
    assert of_pair[:6] == ["Layers", "Units and outputs", *sample_std, "Accuracy and training"]


def test_figures_are_as_large_as_printed(page):
    for image in page.all("img"):
        assert image["width"] == str(round(1560 / 220 * 96))
        assert image["decoding"] == "async"


def test_a_figure_without_a_resolution_has_the_pixels_of_the_screen():
    file = io.BytesIO()
    Image.new("L", (30, 20)).save(file, "PNG")
    assert Figure("x", "X", "x", "", "", file.getvalue()).size == (30, 20)


def test_the_headline_comes_first_and_the_bulk_is_folded(page):
    figures = [(attributes["id"], "details" in around) for tag, attributes, around in page.tags if tag == "figure"]
    of_one = {name.rpartition("-")[2]: folded for name, folded in figures if "pair-resnet_digits-" in name}
    assert next(iter(of_one)) == "headline_mean"
    for drawing in OF_PAIR:
        assert of_one[drawing.name] == (drawing.aggregation == "max" or drawing.subject.endswith("_classes"))


def test_what_holds_for_all_runs_is_told(page):
    for fact in (
        "source a source",
        "size 77",
        "layers published",
        "sort_units false",
        f"matplotlib {matplotlib.__version__}",
    ):
        assert fact in " ".join(page.text.split())


def test_the_other_aggregation_can_be_the_first(study, page):
    text = Reader(study.make(aggregation="max"))
    assert "The same for the mean of feature maps" in text.text
    assert "The same for the maximum of feature maps" in page.text
    first = next(attributes["id"] for attributes in text.all("figure") if "pair-resnet" in attributes["id"])
    assert first.endswith("-headline_max")
    assert sorted(image["alt"] for image in text.all("img")) == sorted(image["alt"] for image in page.all("img"))


def test_headings_are_well_nested(page):
    levels = [int(tag[1]) for tag, _, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_ids_are_unique_and_links_lead_somewhere(study, page):
    ids = [attributes["id"] for _, attributes, _ in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert not any(re.search(r"\s", name) for name in ids)
    links = [link["href"] for link in page.all("a")]
    inside = {unquote(link[1:]) for link in links if link.startswith("#")}
    assert {"claims", f"dataset-{AWKWARD}", "pair-resnet_digits", "table-global", "tables", "made", "cite"} <= inside
    assert inside <= set(ids)
    files = {link for link in links if not link.startswith(("#", "https://doi.org/"))}
    assert files == {f"tables/{name}" for name in TABLES}
    assert all((study.page.parent / file).exists() for file in files)


def test_claims_and_tables_are_there(page):
    assert "Supported in 3 of 4." in page.text
    assert {"yes", "98.7%", "0.123", '<b>cat & "dog"</b>'} <= set(page.cells())
    headers = page.all("th")
    assert all(header["scope"] in ("col", "row", "rowgroup") for header in headers)


def test_it_says_what_was_studied_and_what_made_it(page):
    assert "simple_conv, resnet" in page.text
    assert f"Digits (small): 4 test images of 2 classes; {AWKWARD}: 4 test images of 2 classes" in page.text
    assert "images rotated by up to 1 degrees to either side; 3 epochs" in page.text
    assert "2 from 0 to 90 degrees" in page.text
    assert "how much another seed would change these numbers is not known here" in page.text
    assert "uncertain by up to 49.0 points (4 on Digits (small)) and 49.0 points (4 on " in page.text
    assert "8: a network is trained" in page.text
    expected = {
        "17",
        "0.0123",
        "angles.from",
        "-45",
        "true",
        "torch.fx",
        "cuda",
        "2.99.1",
        "2.88.2",
        "ab" * 32,
        "cd" * 32,
    }
    assert expected <= set(page.cells())
    for run in RUNS:
        label = {training.name: training.label for training in TRAININGS}[run.training]
        assert f"{run.model} on {LABELS[run.dataset]}, {label} , seed 0" in page.text


def test_runs_at_chance_are_marked_among_the_facts(page, tmp_path):
    assert "(at chance)" not in page.text
    study = Study(tmp_path)
    study.write()
    study.tables[list(TABLES).index("accuracy.csv")].write_text(accuracies(5))
    text = Reader(study.make()).text
    assert text.count("(at chance)") == text.count("so it learned nothing of them") == 1
    assert (
        f"resnet on {LABELS[RUNS[5].dataset]}, {TRAININGS[1].label} (at chance), seed 0 Accuracy on upright images At chance: "
        in text
    )


def test_it_names_no_place(study, html):
    assert str(study.folder) not in html
    assert str(PROJECT) not in html


def test_the_citation_is_that_of_the_project(page):
    citation = yaml.safe_load((PROJECT / "CITATION.cff").read_text())
    (article,) = citation["references"]
    for text in (citation["title"], citation["authors"][0]["name"], f"version {citation['version']}", article["title"]):
        assert text in page.text
    assert citation["date-released"][:4] in page.text
    assert f"https://doi.org/{article['doi']}" in [link["href"] for link in page.all("a")]
    for author in article["authors"]:
        assert f"{author['given-names'][0]}. {author['family-names']}" in page.text


def test_the_same_study_gives_the_same_bytes(study, html, tmp_path):
    elsewhere = Study(tmp_path)
    elsewhere.write()
    assert without_machine(elsewhere.make()) == without_machine(html)


def test_captions_say_what_their_figure_shows(tmp_path):
    study = Study(tmp_path)
    study.write()
    quiet = Reader(study.make()).text
    words = ("Diamonds", "Bars count dead units", "below precision: they", "A network at chance, which", "over seeds")
    assert not [word for word in words if word in quiet]
    values = {"n_dead_mean_all": 2, "n_below_precision_mean_all": 1, "published_mean_all": 0.5}
    (tmp_path / "results/tables/global.csv").write_text(global_values(**values))
    (tmp_path / "results/tables/accuracy.csv").write_text(accuracies(0))
    said = Reader(study.make()).text
    assert [word for word in words if word in said] == list(words[:4])
    assert said.count("Diamonds are the values of Quiroga et al. 2019.") == 1  # of the dataset of that run alone


def test_what_the_runs_took_is_told(tmp_path):
    study = Study(tmp_path)
    study.write()
    for stage, number, said in (
        ("train", 0, ""),
        ("train", 1, "taken from x"),
        ("train", 2, "going on after epoch 3, from x"),
    ):
        job = study.job(stage, RUNS[number])
        job.benchmark.write_text("s\th:m:s\tmax_rss\n125.4\t0:02:05\t1812.84\n")
        job.log.write_text(f"training on cpu\n{said}\n")
    study.job("measure", RUNS[0]).benchmark.write_text("damaged")
    study.job("measure", RUNS[1]).benchmark.write_text("s\tmax_rss\n0.4\t-\n")  # too short for its memory
    for number in range(2):
        study.job("plot", RUNS[number]).benchmark.write_text(f"s\tmax_rss\n3{number}\t{100 * number}\n")
    cells = Reader(MACHINE.search(study.make())[0]).cells()
    rows = cells[cells.index("to measure") + 1 :]  # of five cells: the training is in a mark of its own
    assert rows[3:5] == ["2 min, 1,813 MiB, cpu, 3 threads", "n/a, cuda"]
    assert rows[8:10] == ["kept from before", "1 s, cuda"]
    assert rows[13] == "2 min, 1,813 MiB (its last part), cpu, 3 threads"
    assert cells[cells.index("plot") + 1] == "2 jobs: 61 s, 100 MiB"
    assert {"made", "processor", "python"} <= set(cells)


def test_neither_torch_nor_matplotlib_is_imported():
    code = "import report, sys; sys.exit(bool({'torch', 'matplotlib', 'snakemake'} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS, check=True)


# ---- what it refuses


@pytest.fixture
def refused(tmp_path, capfd):
    """Return a function that damages a study, and gives the one line that its job ends in."""

    def run(damage, **arguments):
        study = Study(tmp_path / "study")
        study.write()
        damage(study)
        with pytest.raises(SystemExit) as caught:
            study.make(**arguments)
        assert caught.value.code == 1
        assert not study.page.exists()
        (line,) = capfd.readouterr().err.strip().splitlines()
        assert line.startswith("Error: report: ")
        return line

    return run


@pytest.mark.parametrize(("content", "advice"), [
    (b"", "delete it"), (b"<html>", "move it away"), (png(0)[:200], "delete it"), (png(0)[:-20], "delete it"),
])  # fmt: skip
def test_a_broken_figure(refused, content, advice):
    line = refused(lambda study: study.pair_figures[3].write_bytes(content))
    name = list(of_pair(PAIRS[0], [M.name]).values())[3]
    assert re.search(rf"{name}: not a whole PNG \(.*\); {advice}, rule plot makes it again$", line)


def test_a_figure_of_all_models_that_is_broken(refused):
    line = refused(lambda study: study.models_figures[0].write_bytes(png(0)[:99]))
    assert line.endswith("delete it, rule plot_models makes it again")


def test_a_figure_that_is_missing(refused):
    assert "No such file or directory" in refused(lambda study: study.models_figures[0].unlink())


@pytest.mark.parametrize(("content", "advice"), [
    (b"", "delete it"), (b"| a |\n", "move it away"), (b"# Only a heading\n", "move it away"),
    (b"## Low\n\ntext\n", "move it away"), (b"# \xff\xfe\n\ntext\n", "move it away"),
])  # fmt: skip
def test_broken_markdown(refused, content, advice):
    line = refused(lambda study: (study.page.parent / "tables/claims.md").write_bytes(content))
    assert "results/tables/claims.md: " in line
    assert line.endswith(f"{advice}, rule tables makes it again")


@pytest.mark.parametrize("content", [b"\xff\xfe", accuracies().replace("False", "", 1).encode()])
def test_a_broken_table_of_accuracies(refused, content):
    line = refused(lambda study: (study.page.parent / "tables/accuracy.csv").write_bytes(content))
    assert "results/tables/accuracy.csv: " in line
    assert line.endswith("rule tables makes it again")


def test_the_variance_file_of_another_run(refused):
    line = refused(lambda study: write_run(study.variances[0], RUNS[1]))
    assert "training: got rotated, expected unrotated" in line


# ---- words


@pytest.mark.parametrize("text", [
    "*open", "{{ snakemake.wildcards.run }}", "{{ open", ".. raw:: html\n\n   <b>x</b>", ".. include:: /etc/hostname",
])  # fmt: skip
def test_a_caption_that_is_none(text):
    with pytest.raises(ValueError, match="not a caption"):
        filled(text)


def test_names_in_captions_are_no_markup():
    text = filled("Of {{ subject }}.", subject=plain("a_*b*_<i>|`_"))
    assert text == "<p>Of a_*b*_&lt;i&gt;|`_.</p>"


def test_without_a_measure_captions_name_none():
    caption = (WORDS / "figures/curves.rst").read_text()
    assert "The measure of each layer of a_b" in filled(caption, subject="a_b")
    assert "M (0: invariant, 1: not) of each layer of a_b" in filled(caption, M, subject="a_b")


@pytest.mark.parametrize("path", sorted(WORDS.glob("figures/*.rst")), ids=lambda path: path.stem)
def test_snakemake_fills_in_the_subjects_of_captions(path):
    """As its own report does, which knows no facts, and so claims nothing that hinges on them."""
    params = {"subject": "resnet on digits", "dataset": "digits"}
    text = jinja2.Environment().from_string(path.read_text()).render(snakemake={"params": params})
    assert "digits" in text or path.stem == "example"
    assert not re.findall(r"\{|Diamonds|13|are left out of which", text)
    assert caption_html(text)


def test_single_seeds_are_folded():
    text = "# A\n\n## B\n\nb\n\n## Single seeds of B\n\n### C\n\nc\n\n## D\n\nd\n"
    assert re.sub(r"\s", "", markdown_html(text, level=2)[1]) == (
        "<h3>B</h3><p>b</p><details><summary>SingleseedsofB</summary><h4>C</h4><p>c</p></details><h3>D</h3><p>d</p>"
    )


def test_markdown_draws_nothing_in():
    _, text = markdown_html("# A\n\n<script>x</script> ![x](https://example.org/x.png) [y](javascript:x)\n", level=2)
    assert "<script" not in text
    assert "<img" not in text
    assert 'href="javascript' not in text


def test_attributes_come_back(tmp_path):
    path = tmp_path / "x.h5"
    write_run(path, RUNS[0])
    assert read_attributes(path, RUNS[0].as_dict()) == attributes_of(RUNS[0])
