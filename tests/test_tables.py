"""The global values of all runs, against numbers worked out by hand; and how rows become CSV, Markdown and LaTeX."""

import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from markupsafe import escape

from helpers.tabulated import (
    BELOW,
    FOUR,
    INVERSE,
    NAN,
    RUN,
    TWO,
    UNROTATED,
    WITHIN_45,
    layer,
    measurement_of,
    same,
    tables_in,
)
from rotational_variance.measures.normalized_variance import MEASURE as M
from rotational_variance.measures.sample_std import MEASURE as SAMPLE_STD
from rotational_variance.measures.transformation_std import MEASURE as TRANSFORMATION_STD
from rotational_variance.page.markup import markdown_html
from rotational_variance.statistics.trainings import Training
from rotational_variance.tables.global_latex import global_latex
from rotational_variance.tables.global_markdown import global_markdown
from rotational_variance.tables.global_table import VALUES, global_rows
from rotational_variance.tables.measure_words import can_be_infinite
from rotational_variance.tables.seeds import with_statistics
from rotational_variance.tables.text import (
    beside_published,
    csv_text,
    format_number,
    latex,
    markdown,
    markdown_table,
    paragraph,
    yes_or_no,
)

PUBLISHED = {"normalized_variance_mean_all": 0.6004, "accuracy_upright": 0.986}
# mean: unit 0 has M 0.5 (all), 1, 2 (classes); unit 1 is dead. max: unit 0 has 1, 1, 1; unit 1 is infinite over all.
FC = ("linear", [[[0.5, 0], [1, 0], [2, 0]], [[1, 3], [1, 1], [1, 1]]], [[[1, 0]] * 3, [[1, 0], [1, 1], [1, 1]]])
# Left out of the published averages. mean: M 4 everywhere. max: M 3 over all; over the classes infinite, and dead.
SHORTCUT = ("convolution", [[[4], [4], [4]], [[3], [1], [0]]], [[[1]] * 3, [[1], [0], [0]]])


@pytest.fixture
def rows():
    return global_rows(RUN, measurement_of({"shortcut": SHORTCUT, "fc": FC}), [M], PUBLISHED)


def test_global_values_over_the_published_layers(rows):
    row = rows[0]
    assert {name: row[name] for name in RUN} == RUN
    assert (row["layers"], row["n_layers"], row["n_units"]) == ("published", 1, 2)
    assert row["mean_all"] == (0.5 + 1) / 2
    assert row["mean_all_without_dead"] == 0.5
    assert row["mean_stratified"] == ((1 + 2) / 2 + 1) / 2
    assert row["mean_stratified_without_dead"] == 1.5
    assert row["max_all"] == 1
    assert (row["n_dead_mean_all"], row["n_infinite_mean_all"]) == (1, 0)
    assert (row["n_dead_max_all"], row["n_infinite_max_all"]) == (0, 1)


def test_global_values_over_all_layers(rows):
    row = rows[1]
    assert (row["layers"], row["n_layers"], row["n_units"]) == ("all", 2, 3)
    assert row["mean_all"] == (4 + 0.5 + 1) / 3
    assert row["mean_all_without_dead"] == (4 + 0.5) / 2
    assert row["mean_stratified"] == (4 + 1.5 + 1) / 3
    assert row["max_all"] == (3 + 1) / 2
    assert row["max_stratified"] == 1
    assert (row["n_dead_max_stratified"], row["n_infinite_max_stratified"]) == (0, 1)


def test_published_values_stand_beside_the_published_layers_and_their_measure_only(rows):
    assert [row["published_mean_all"] for row in rows] == [0.6004, None]
    assert [row["published_max_all"] for row in rows] == [None, None]
    others = global_rows(RUN, measurement_of({"fc": FC}), [SAMPLE_STD, INVERSE], PUBLISHED)
    assert {row["published_mean_all"] for row in others} == {None}
    assert all(list(other) == list(rows[0]) for other in others)


def test_each_measure_has_rows_of_its_own():
    rows = global_rows(RUN, measurement_of({"shortcut": SHORTCUT, "fc": FC}), [M, SAMPLE_STD, INVERSE], {})
    assert [(row["measure"], row["layers"]) for row in rows] == [
        (name, layers) for name in ("normalized_variance", "sample_std", "inverse") for layers in ("published", "all")
    ]
    std, inverse = rows[2], rows[4]
    assert (std["mean_all"], std["mean_all_without_dead"], std["max_all"]) == (0.5, 1, 0.5)
    assert (inverse["mean_all"], inverse["mean_stratified"]) == ((2 + 1) / 2, ((1 + 0.5) / 2 + 1) / 2)
    assert (inverse["max_all"], inverse["n_infinite_max_all"]) == ((1 + 0) / 2, 0)


def test_markdown_shows_both_selections_and_the_dead_units(rows):
    text = global_markdown(rows, [M], TWO)
    assert text.startswith("# ")
    assert text.endswith("|\n")
    published, everything, dead = tables_in(text)
    names = ["dataset", "model", "training", "seed"]
    run = ["mnist", "resnet", "rotated", "0"]
    columns = ["mean, all", "mean, stratified", "max, all", "max, stratified"]
    assert published == [
        [*names, "layers", "units", *columns],
        [*run, "1", "2", "0.750 (0.600)", "1.250", "1.000", "1.000"],
    ]
    assert everything[1:] == [[*run, "2", "3", "1.833", "2.167", "2.000", "1.000"]]
    assert dead == [
        [*names, "layers", *columns],
        [*run, "published", "0.500 (1, 0, 0)", "1.500 (1, 0, 0)", "1.000 (0, 1, 0)", "1.000 (0, 0, 0)"],
        [*run, "all", "2.250 (1, 0, 0)", "2.750 (1, 0, 0)", "2.000 (0, 1, 0)", "1.000 (0, 1, 0)"],
    ]


def test_a_network_without_a_finite_unit_has_no_value():
    infinite = ("linear", np.ones((2, 3, 1)), np.zeros((2, 3, 1)))
    rows = global_rows(RUN, measurement_of({"fc": infinite}), [M], {})
    assert np.isnan(rows[0]["mean_all"])
    assert tables_in(global_markdown(rows, [M], TWO))[0][1][6:] == ["n/a"] * 4
    assert "n/a & n/a" in global_latex(rows, [M], TWO)
    assert "nan" not in csv_text(rows)
    assert np.isnan(pd.read_csv(io.StringIO(csv_text(rows)))["mean_all"]).all()


def test_units_below_precision_are_counted_apart_and_in_no_average():
    # [class, unit] of each aggregation. Stratified, only unit 0 of mean has no M; that of unit 1 is its M over class a.
    mean, maximum = [[BELOW, 0.5, NAN], [BELOW, 2, NAN], [BELOW, BELOW, NAN]], [[1, 3, BELOW], [1, 2, 3], [1, 2, 3]]
    rows = global_rows(RUN, measurement_of({"fc": layer([mean, maximum])}), [M], {})
    row = rows[0]
    assert row["mean_all"] == (0.5 + 1) / 2
    assert row["mean_all_without_dead"] == 0.5
    assert row["mean_stratified"] == (2 + 1) / 2
    assert row["max_all"] == (1 + 3) / 2
    counts = [row[f"n_below_precision_{key}"] for key in ("mean_all", "mean_stratified", "max_all", "max_stratified")]
    assert counts == [1, 1, 1, 0]
    assert (row["n_dead_mean_all"], row["n_infinite_mean_all"]) == (1, 0)
    text = global_markdown(rows, [M], TWO)
    assert tables_in(text)[2][1][5:] == ["0.500 (1, 0, 1)", "2.000 (1, 0, 1)", "2.000 (0, 0, 1)", "2.000 (0, 0, 0)"]
    assert "and units below precision are left out" in " ".join(global_latex(rows, [M], TWO).split())


def test_a_network_below_precision_throughout_has_no_value():
    rows = global_rows(RUN, measurement_of({"fc": same(BELOW, n_units=2)}), [M], {})
    published, _, special = tables_in(global_markdown(rows, [M], TWO))
    assert published[1][6:] == ["n/a"] * 4
    assert special[1][5:] == ["n/a (0, 0, 2)"] * 4
    assert np.isnan(pd.read_csv(io.StringIO(csv_text(rows)))["max_all"]).all()


def test_a_measure_in_words(rows):
    text = " ".join(global_markdown(rows, [M], TWO).split())
    assert text.startswith(
        "# Global M of every run M = transformation std / sample std (0: invariant, 1: not): a number"
    )
    assert "Infinite units and units below precision are left out, dead units count as 1." in text
    assert "##" not in text.replace("## Over", "").replace("## Units", "")


def test_several_measures_have_a_section_each():
    measurement, never_infinite = measurement_of({"fc": FC}), replace(INVERSE, name="bounded", bounds=(0, 9))
    measures = [SAMPLE_STD, INVERSE, replace(never_infinite, formula=lambda sample_std: sample_std)]
    text = global_markdown(global_rows(RUN, measurement, measures, {}), measures, TWO)
    assert text.startswith("# Global values of every run\n")
    assert re.findall("^## (.*)", text, re.MULTILINE) == ["Sample std", "Inverse of M (1/M)", "Inverse of M (1/M)"]
    _, std, inverse, bounded = " ".join(text.split()).split(" ## ")
    assert "Neither lower nor higher values tell" in std
    assert "Dead units count as 0." in std
    assert "its sample std is mostly noise, but counts" in std
    assert "1/M = sample std / transformation std (0: not invariant): a number" in inverse
    assert "Higher values tell of more invariance. Infinite units and units below" in inverse
    assert "The 1/M of an infinite unit is infinite" in inverse
    assert "Units below precision are left out, dead units count as 0." in bounded
    assert "an infinite unit" not in std + bounded
    assert "ublished values" not in text
    tables = tables_in(text)
    assert len(tables) == 9
    assert [table[1][6] for table in tables[::3]] == ["0.500", "1.500", "0.500"]


def in_words(measure):
    text = global_markdown(global_rows(RUN, measurement_of({"fc": FC}), [measure], {}), [measure], TWO)
    return " ".join(text.split())


def test_infinite_dead_units_are_left_out():
    log_std = replace(SAMPLE_STD, formula=lambda sample_std: 2 * np.log10(sample_std), bounds=(-np.inf, np.inf))
    text = in_words(log_std)
    assert "Dead units are infinite and left out, as are other infinite units. Source" in text
    assert "The sample std of an infinite unit is infinite: " in text
    assert "units count as" not in text
    text = in_words(replace(log_std, is_relative=True))
    assert "left out, as are other infinite units and units below precision. Source" in text


@pytest.mark.parametrize(("formula", "expected"), [
    (M.formula, True), (INVERSE.formula, True), (SAMPLE_STD.formula, False), (TRANSFORMATION_STD.formula, False),
    (lambda sample_std: 2 * np.log(sample_std), True), (lambda sample_std: 2 * np.log1p(sample_std), False),
    (lambda least, most: np.sqrt(most - least), False),  # no unit has a least value above the most
    (lambda least, most: 1 / (most - least), True), (lambda a, b, c: a * b / (1 + c), False),
])  # fmt: skip
def test_whether_a_measure_can_be_infinite_follows_from_its_formula(formula, expected):
    assert can_be_infinite(replace(M, formula=formula, bounds=(-np.inf, np.inf))) == expected
    assert not can_be_infinite(replace(M, formula=formula, bounds=(-9, 9)))


def test_a_dead_unit_has_no_number_if_a_measure_takes_other_statistics():
    other = replace(INVERSE, formula=lambda size: size)
    measurement = measurement_of({"fc": FC})
    fc = measurement.layers[0]
    layers = [replace(fc, statistics=fc.statistics | {"size": np.ones((2, 3, 2))})]
    text = global_markdown(global_rows(RUN, replace(measurement, layers=layers), [other], {}), [other], TWO)
    assert "dead units count as the formula has it." in " ".join(text.split())


@pytest.mark.parametrize(("std", "text"), [(0.25, "0.250"), (0.0125, "0.0125"), (250.0, "250.000"), (1e-9, "0.000000")])
def test_small_values_of_logarithmic_measures_have_digits(std, text):
    fc = ("linear", np.full((2, 3, 1), 2.0), np.full((2, 3, 1), std))
    rows = global_rows(RUN, measurement_of({"fc": fc}), [SAMPLE_STD], {})
    assert tables_in(global_markdown(rows, [SAMPLE_STD], TWO))[0][1][6:] == [text] * 4


def test_runs_at_chance_are_marked_and_explained_only_if_there_are_any():
    rows = all_rows(UNROTATED, RUN | {"at_chance": True})
    text = global_markdown(rows, [M], TWO)
    for table in tables_in(text):
        assert {line[2] for line in table[1:]} == {"unrotated", "rotated (at chance)"}
    assert text.count("At chance: ") == 1
    assert "\n\n\n" not in text
    assert "At chance: " not in global_markdown(all_rows(UNROTATED), [M], TWO)
    assert pd.read_csv(io.StringIO(csv_text(rows)))["at_chance"].tolist() == [False, False, True, True]
    cells, _ = check_latex(global_latex(rows, [M], TWO))
    assert [line[1] for line in cells[2:]] == ["unrotated", "rotated (at chance)"]
    assert r"1 \%" in global_latex(rows, [M], TWO)
    assert "At chance: " not in global_latex(all_rows(UNROTATED), [M], TWO)


def test_csv_loads_in_pandas_with_types_of_its_own(rows):
    table = pd.read_csv(io.StringIO(csv_text(rows)))
    assert table["layers"].tolist() == ["published", "all"]
    assert table["seed"].dtype == table["n_dead_mean_all"].dtype == np.int64
    assert table["mean_all"].tolist() == [0.75, 5.5 / 3]  # with all digits
    assert table["published_mean_all"].isna().tolist() == [False, True]
    assert table["published_max_all"].dtype == np.float64


def test_csv_refuses_rows_of_other_columns():
    with pytest.raises(ValueError, match="b"):
        csv_text([{"a": 1}, {"a": 1, "b": 2}])


# ---- LaTeX


def all_rows(*runs):
    return [row for run in runs for row in global_rows(RUN | run, measurement_of({"fc": FC}), [M], PUBLISHED)]


def check_latex(text):
    """Check what LaTeX would: environments, braces, and as many cells as columns. Return the rows of the tabular."""
    assert text.startswith(r"% Needs \usepackage{booktabs}")
    open_ones = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            open_ones.append(name)
        else:
            assert open_ones.pop() == name
    assert not open_ones
    bare = re.sub(r"\\.", "", text)
    assert bare.count("{") == bare.count("}")
    columns, body = re.search(
        r"\\begin\{tabular\}\{@\{\}([lr]+)@\{\}\}\n(.*)\\end\{tabular\}", text, re.DOTALL
    ).groups()
    lines = [line.strip() for line in body.strip().splitlines()]
    assert (lines[0], lines[2], lines[-1]) == (r"\toprule", r"\midrule", r"\bottomrule")
    rows = [line for line in lines if not line.endswith("rule")]
    for line in rows:
        assert line.endswith(r" \\")
        assert not re.search(r"(?<!\\)[%$#_^~]", re.sub(r"(?<!\\)\$[0-9. ]+\\pm[0-9. ]+\$", "", line))
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)&", line.removesuffix(r"\\"))] for line in rows]
    assert {len(line) for line in cells} == {len(columns)}
    return cells, lines


def test_latex_groups_by_dataset_and_shows_published_values():
    runs = [{"model": "a_b"}, {"model": "a_b", "dataset": "c10"}, UNROTATED, {}]
    rows = [row | {"published_mean_all": None} if row["model"] == "a_b" else row for row in all_rows(*runs)]
    text = global_latex(rows, [M], TWO)
    cells, lines = check_latex(text)
    assert cells[0] == ["model", "training", "mean, all", "mean, stratified", "max, all", "max, stratified"]
    assert [line[:3] for line in cells[1:]] == [
        ["mnist", "", ""], [r"a\_b", "rotated", "0.750"], ["resnet", "unrotated", "0.750 (0.600)"],
        ["resnet", "rotated", "0.750 (0.600)"], ["c10", "", ""], [r"a\_b", "rotated", "0.750"],
    ]  # fmt: skip
    assert lines.count(r"\midrule") == 2
    assert r"Published values (Quiroga et al.\ 2019) in brackets." in " ".join(text.split())
    assert "ublished values" not in global_latex(rows[:2], [M], TWO)
    assert "The published vgg16 had" not in text
    assert "The published vgg16 had" in global_latex(all_rows({"model": "vgg16"}), [M], TWO)


@pytest.mark.parametrize(("models", "expected"), [
    (["resnet", "vgg16"], "the layers that were published."),
    (["mine"], "all layers."),
    (["mine", "resnet"], "the layers that were published, or of all layers if the model was not published."),
])  # fmt: skip
def test_latex_shows_all_layers_of_a_model_that_was_not_published(models, expected):
    layers = {"shortcut": SHORTCUT, "fc": FC}
    rows = [row for model in models for row in global_rows(RUN | {"model": model}, measurement_of(layers), [M], {})]
    text = global_latex(rows, [M], TWO)
    cells, _ = check_latex(text)
    assert [line[2] for line in cells[2:]] == ["1.833" if model == "mine" else "0.750" for model in models]
    assert f"the mean over all units of {expected}" in " ".join(text.split())


def test_latex_has_a_table_for_each_measure():
    measures = [M, SAMPLE_STD]
    text = global_latex(global_rows(RUN, measurement_of({"fc": FC}), measures, {}), measures, TWO)
    assert re.findall(r"\\label\{(.*)\}", text) == ["tab:global-normalized-variance", "tab:global-sample-std"]
    head, first, second = text.split("\\begin{table}\n")
    for table, value in ((first, "0.750"), (second, "0.500")):
        cells, _ = check_latex(head + "\\begin{table}\n" + table)
        assert cells[2][2] == value
    assert "Dead units count as 0." in second


def test_labels_of_trainings_stand_in_cells_escaped():
    trainings = {"rotated": Training("rotated", "50% | a_b *c*", "50% | a_b *c*", 0)}
    rows = all_rows({})
    assert r"50% \| a_b \*c\*" in global_markdown(rows, [M], trainings)
    cells, _ = check_latex(global_latex(rows, [M], trainings))
    assert cells[2][1] == r"50\% \textbar{} a\_b *c*"


# ---- several seeds


def rows_of_seeds():
    """Make three seeds each of two trainings: one seed of rotated, and all of within45 are at chance."""

    def rows(run, seed, value, *, at_chance=False):
        measurement = measurement_of({"fc": same(value, n_units=1)})
        return global_rows(run | {"seed": seed, "at_chance": at_chance}, measurement, [M], PUBLISHED)

    found = [row for seed, value in enumerate((0.5, 1.5, 99.0)) for row in rows(RUN, seed, value, at_chance=seed == 2)]
    found += [row for seed, value in enumerate((1.0, 2.0, 3.0)) for row in rows(WITHIN_45, seed, value, at_chance=True)]
    values = (np.inf, 4.0, 2.0)
    return found + [row for seed, value in enumerate(values) for row in rows(UNROTATED, seed, value)]


def test_markdown_of_several_seeds_has_a_row_each_cell_and_single_seeds_at_the_end():
    text = global_markdown(rows_of_seeds(), [M], FOUR)
    over_seeds, single = text.split("## Single seeds\n")
    published, everything, special = tables_in(over_seeds)
    assert published[0][:7] == ["dataset", "model", "training", "seeds", "layers", "units", "mean, all"]
    assert [line[2:4] + line[6:7] for line in published[1:]] == [
        ["rotated (1 of 3 seeds at chance)", "2", "1.000 ± 0.707 (0.600)"],
        ["within 45 degrees (at chance)", "3", "2.000 ± 1.000 (0.600)"],
        ["unrotated", "3", "3.000 ± 1.414, 2 of 3 seeds (0.600)"],
    ]
    assert everything[1][6] == "1.000 ± 0.707"
    assert special[1][5] == "1.000 ± 0.707 (0.0, 0.0, 0.0)"
    assert special[3][5] == "3.000 ± 1.414, 2 of 3 seeds (0.0, 0.3, 0.0)"
    assert [len(table) for table in tables_in(single)] == [10, 10, 19]
    assert tables_in(single)[0][3][2:7] == ["rotated (at chance)", "2", "1", "1", "99.000 (0.600)"]
    assert (
        re.findall("^#+ .*", single, re.MULTILINE)[0]
        == "### Normalized variance (M): over the layers that were published"
    )
    assert "\n\n\n" not in text


def test_latex_of_several_seeds_has_one_row_each_cell():
    text = global_latex(rows_of_seeds(), [M], FOUR)
    cells, _ = check_latex(text)
    assert [line[1:3] for line in cells[2:]] == [
        ["rotated (1 of 3 seeds at chance)", r"$1.000 \pm 0.707$ (0.600)"],
        ["within 45 degrees (at chance)", r"$2.000 \pm 1.000$ (0.600)"],
        ["unrotated", r"$3.000 \pm 1.414$, 2 of 3 seeds (0.600)"],
    ]
    assert "Mean and standard deviation over 3 seeds." in " ".join(text.split())


def test_csv_of_several_seeds_can_be_filtered_in_pandas():
    table = pd.read_csv(io.StringIO(csv_text(with_statistics(rows_of_seeds(), VALUES))))
    assert table["statistic"].tolist() == ["seed"] * 18 + ["mean", "std"] * 6
    assert len(table[table["seed"] == 1]) == 6
    assert table["seed"].isna().sum() == 12
    of_cell = table[(table["layers"] == "published") & (table["training"] == "rotated")].set_index("statistic")
    assert of_cell.loc["seed", "mean_all"].tolist() == [0.5, 1.5, 99]
    assert of_cell.loc["mean", ["mean_all", "n_seeds", "published_mean_all"]].tolist() == [1, 2, 0.6004]
    assert of_cell.loc["std", "mean_all"] == pytest.approx(np.sqrt(0.5))
    assert np.isnan(of_cell.loc["std", "published_mean_all"])
    assert not of_cell.loc["mean", "at_chance"]
    means = table[(table["layers"] == "published") & (table["statistic"] == "mean")].set_index("training")
    assert means.loc["within45", ["mean_all", "n_seeds", "at_chance"]].tolist() == [2, 3, True]
    assert means.loc["unrotated", ["mean_all", "n_infinite_mean_all"]].tolist() == [3, pytest.approx(1 / 3)]


def test_one_seed_that_is_not_at_chance_has_no_standard_deviation():
    rows = [row for row in rows_of_seeds() if row["training"] == "rotated" and row["seed"] > 0]
    assert tables_in(global_markdown(rows, [M], FOUR))[0][1][2:7] == [
        "rotated (1 of 2 seeds at chance)", "1", "1", "1", "1.500 (0.600)"
    ]  # fmt: skip
    mean, std = with_statistics(rows, VALUES)[-2:]
    assert (mean["mean_all"], mean["n_seeds"]) == (1.5, 1)
    assert np.isnan(std["mean_all"])


def test_a_single_seed_has_no_statistics(rows):
    found = with_statistics(rows, VALUES)
    assert [row["statistic"] for row in found] == ["seed", "seed"]
    assert list(found[0])[:8] == [
        "model", "dataset", "training", "seed", "statistic", "n_seeds", "rotate_degrees", "n_epochs"
    ]  # fmt: skip


# ---- escapes


def test_latex_escapes_all_that_it_would_read_as_a_command():
    assert latex(r"a_b 5% & $x$ #1 {y} ~ ^ \z") == (
        r"a\_b 5\% \& \$x\$ \#1 \{y\} \textasciitilde{} \textasciicircum{} \textbackslash{}z"
    )


def test_latex_prints_characters_that_its_usual_fonts_lack():
    assert latex('<45 or >9 | "x" [-]') == r"\textless{}45 or \textgreater{}9 \textbar{} ''x'' [-]"


def test_markdown_escapes_markup_and_leaves_names_readable():
    assert [markdown(name) for name in ("simple_conv", "_a_", "a|b *c* `d` [e] <f> & #g")] == [
        "simple_conv", r"\_a\_", r"a\|b \*c\* \`d\` \[e\] \<f\> \& \#g",
    ]  # fmt: skip


def test_no_line_of_a_paragraph_begins_a_block():
    for n in range(95, 125):
        for mark in ("- 1", "1. Then", "= x", "% of", "+ y", "# z", "> a"):
            lines = paragraph("x" * n, f"n {mark}", "", "and more of it " * 9).splitlines()
            assert len(lines) > 1
            assert not any(line.startswith(mark) for line in lines)
            assert max(map(len, lines)) <= 128


# ---- cells


def test_cells():
    assert [format_number(value) for value in (0.12345, None, NAN)] == ["0.123", "n/a", "n/a"]
    assert [yes_or_no(value) for value in (True, False, None)] == ["yes", "no", "n/a"]
    assert beside_published("50%", 0.25, "{:.0%}") == "50% (25%)"
    assert [beside_published("n/a", published) for published in (None, NAN)] == ["n/a", "n/a"]
    assert markdown_table([[("a", "x"), ("bcd", "1")], [("a", "yy"), ("bcd", "22")]], n_text=1) == (
        "| a  | bcd |\n| -- | --: |\n| x  |   1 |\n| yy |  22 |\n"
    )
    assert markdown_table([[("a", "x"), ("a", "1")]], n_text=2) == "| a | a |\n| - | - |\n| x | 1 |\n"


def test_no_character_of_a_label_is_markup():
    label = r"a_b _c 50% $x^2$ ~d~ `e` **f** [g](h) <i> & \\alpha #1 | {j}"
    document = f"# Title\n\n| training |\n| --- |\n| {markdown(label)} |\n"
    _, html = markdown_html(document, 1)
    assert f"<td>{escape(label)}</td>" in html
    assert markdown("$x$ ~y~") == r"\$x\$ \~y\~"  # which only some viewers read as markup
