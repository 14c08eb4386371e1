"""The global M of all runs, against numbers worked out by hand; and how rows become CSV, Markdown and LaTeX."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from helpers.tabulated import BELOW, NAN, RUN, layer, measurement_of, same, tables_in
from rotational_variance.tables.global_table import global_latex, global_markdown, global_rows
from rotational_variance.tables.text import beside_published, csv_text, format_number, latex, markdown_table, yes_or_no

PUBLISHED = {
    ("mnist", "resnet", "rotated", "variance_mean_all"): 0.6004,
    ("mnist", "vgg16", "rotated", "variance_max_all"): 0.7762,
}
# mean: unit 0 has M 0.5 (all), 1, 2 (classes); unit 1 is dead. max: unit 0 has 1, 1, 1; unit 1 is infinite over all.
FC = ("linear", [[[0.5, 0], [1, 0], [2, 0]], [[1, 3], [1, 1], [1, 1]]], [[[1, 0]] * 3, [[1, 0], [1, 1], [1, 1]]])
# Left out of the published averages. mean: M 4 everywhere. max: M 3 over all; over the classes infinite, and dead.
SHORTCUT = ("convolution", [[[4], [4], [4]], [[3], [1], [0]]], [[[1]] * 3, [[1], [0], [0]]])


@pytest.fixture
def rows():
    return global_rows(RUN, measurement_of({"shortcut": SHORTCUT, "fc": FC}), PUBLISHED)


def test_global_values_over_the_published_layers(rows):
    row = rows[0]
    assert {name: row[name] for name in RUN} == RUN
    assert (row["layers"], row["n_layers"], row["n_units"]) == ("published", 1, 2)
    assert row["variance_mean_all"] == (0.5 + 1) / 2
    assert row["variance_mean_all_without_dead"] == 0.5
    assert row["variance_mean_stratified"] == ((1 + 2) / 2 + 1) / 2
    assert row["variance_mean_stratified_without_dead"] == 1.5
    assert row["variance_max_all"] == 1
    assert (row["n_dead_mean_all"], row["n_infinite_mean_all"]) == (1, 0)
    assert (row["n_dead_max_all"], row["n_infinite_max_all"]) == (0, 1)


def test_global_values_over_all_layers(rows):
    row = rows[1]
    assert (row["layers"], row["n_layers"], row["n_units"]) == ("all", 2, 3)
    assert row["variance_mean_all"] == (4 + 0.5 + 1) / 3
    assert row["variance_mean_all_without_dead"] == (4 + 0.5) / 2
    assert row["variance_mean_stratified"] == (4 + 1.5 + 1) / 3
    assert row["variance_max_all"] == (3 + 1) / 2
    assert row["variance_max_stratified"] == 1
    assert (row["n_dead_max_stratified"], row["n_infinite_max_stratified"]) == (0, 1)


def test_published_values_stand_beside_the_published_layers_of_their_run_only(rows):
    assert [row["published_variance_mean_all"] for row in rows] == [0.6004, None]
    assert [row["published_variance_max_all"] for row in rows] == [None, None]  # of another model
    (other, _) = global_rows(RUN | {"training": "unrotated"}, measurement_of({"fc": FC}), PUBLISHED)
    assert other["published_variance_mean_all"] is None
    assert list(other) == list(rows[0])


def test_markdown_shows_both_selections_and_the_dead_units(rows):
    text = global_markdown(rows)
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
    rows = global_rows(RUN, measurement_of({"fc": infinite}), {})
    assert np.isnan(rows[0]["variance_mean_all"])
    assert tables_in(global_markdown(rows))[0][1][6:] == ["n/a"] * 4
    assert "n/a & n/a" in global_latex(rows)
    assert "nan" not in csv_text(rows)
    assert np.isnan(pd.read_csv(io.StringIO(csv_text(rows)))["variance_mean_all"]).all()


def test_units_below_precision_are_counted_apart_and_in_no_average():
    # [class, unit] of each aggregation. Stratified, only unit 0 of mean has no M; that of unit 1 is its M over class a.
    mean, maximum = [[BELOW, 0.5, NAN], [BELOW, 2, NAN], [BELOW, BELOW, NAN]], [[1, 3, BELOW], [1, 2, 3], [1, 2, 3]]
    rows = global_rows(RUN, measurement_of({"fc": layer([mean, maximum])}), {})
    row = rows[0]
    assert row["variance_mean_all"] == (0.5 + 1) / 2
    assert row["variance_mean_all_without_dead"] == 0.5
    assert row["variance_mean_stratified"] == (2 + 1) / 2
    assert row["variance_max_all"] == (1 + 3) / 2
    counts = [row[f"n_below_precision_{key}"] for key in ("mean_all", "mean_stratified", "max_all", "max_stratified")]
    assert counts == [1, 1, 1, 0]
    assert (row["n_dead_mean_all"], row["n_infinite_mean_all"]) == (1, 0)
    text = global_markdown(rows)
    assert tables_in(text)[2][1][5:] == ["0.500 (1, 0, 1)", "2.000 (1, 0, 1)", "2.000 (0, 0, 1)", "2.000 (0, 0, 0)"]
    assert "rounding noise are left out" in " ".join(global_latex(rows).split())


def test_a_network_below_precision_throughout_has_no_value():
    rows = global_rows(RUN, measurement_of({"fc": same(BELOW, n_units=2)}), {})
    published, _, special = tables_in(global_markdown(rows))
    assert published[1][6:] == ["n/a"] * 4
    assert special[1][5:] == ["n/a (0, 0, 2)"] * 4
    assert np.isnan(pd.read_csv(io.StringIO(csv_text(rows)))["variance_max_all"]).all()


def test_runs_at_chance_are_marked_and_explained_only_if_there_are_any():
    at_chance, other = {"at_chance": True}, {"training": "unrotated"}
    rows = all_rows(other, at_chance)
    text = global_markdown(rows)
    for table in tables_in(text):
        assert {line[2] for line in table[1:]} == {"unrotated", "rotated (at chance)"}
    assert text.count("At chance: ") == 1
    assert "\n\n\n" not in text
    assert "At chance: " not in global_markdown(all_rows(other))
    assert pd.read_csv(io.StringIO(csv_text(rows)))["at_chance"].tolist() == [False, False, True, True]
    cells, _ = check_latex(global_latex(rows))
    assert [line[1] for line in cells[2:]] == ["unrotated", "rotated (at chance)"]
    assert r"1 \%" in global_latex(rows)
    assert "At chance: " not in global_latex(all_rows(other))


def test_csv_loads_in_pandas_with_types_of_its_own(rows):
    table = pd.read_csv(io.StringIO(csv_text(rows)))
    assert table["layers"].tolist() == ["published", "all"]
    assert table["seed"].dtype == table["n_dead_mean_all"].dtype == np.int64
    assert table["variance_mean_all"].tolist() == [0.75, 5.5 / 3]  # with all digits
    assert table["published_variance_mean_all"].isna().tolist() == [False, True]
    assert table["published_variance_max_all"].dtype == np.float64


def test_csv_refuses_rows_of_other_columns():
    with pytest.raises(ValueError, match="b"):
        csv_text([{"a": 1}, {"a": 1, "b": 2}])


# ---- LaTeX


def all_rows(*runs):
    return [row for run in runs for row in global_rows(RUN | run, measurement_of({"fc": FC}), PUBLISHED)]


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
        assert not re.search(r"(?<!\\)[%$#_^~]", line)
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)&", line.removesuffix(r"\\"))] for line in rows]
    assert {len(line) for line in cells} == {len(columns)}
    return cells, lines


def test_latex_groups_by_dataset_and_shows_the_published_layers():
    runs = [{"model": "a_b"}, {"model": "a_b", "dataset": "c10"}, {"training": "unrotated"}, {}]
    cells, lines = check_latex(global_latex(all_rows(*runs)))
    assert cells[0] == ["model", "training", "mean, all", "mean, stratified", "max, all", "max, stratified"]
    assert [line[:3] for line in cells[1:]] == [
        ["mnist", "", ""], [r"a\_b", "rotated", "0.750"], ["resnet", "unrotated", "0.750"],
        ["resnet", "rotated", "0.750 (0.600)"], ["c10", "", ""], [r"a\_b", "rotated", "0.750"],
    ]  # fmt: skip
    assert lines.count(r"\midrule") == 2


def test_latex_shows_seeds_where_there_are_several():
    cells, _ = check_latex(global_latex(all_rows({}, {"seed": 3})))
    assert cells[0][:4] == ["model", "training", "seed", "mean, all"]
    assert [line[2] for line in cells[2:]] == ["0", "3"]


def test_latex_escapes_all_that_it_would_read_as_a_command():
    assert latex(r"a_b 5% & $x$ #1 {y} ~ ^ \z") == (
        r"a\_b 5\% \& \$x\$ \#1 \{y\} \textasciitilde{} \textasciicircum{} \textbackslash{}z"
    )


# ---- cells


def test_cells():
    assert [format_number(value) for value in (0.12345, None, NAN)] == ["0.123", "n/a", "n/a"]
    assert [yes_or_no(value) for value in (True, False, None)] == ["yes", "no", "n/a"]
    assert beside_published({"x": 0.5, "published_x": 0.25}, "x", "{:.0%}") == "50% (25%)"
    for published in ({}, {"published_x": None}, {"published_x": NAN}):
        assert beside_published({"x": NAN} | published, "x") == "n/a"
    assert markdown_table([{"a": "x", "bcd": "1"}, {"a": "yy", "bcd": "22"}], n_text=1) == (
        "| a  | bcd |\n| -- | --: |\n| x  |   1 |\n| yy |  22 |\n"
    )
