"""Measures as files: what one has to say, what is refused, and that one of a user's own goes through all averages."""

from dataclasses import replace

import numpy as np
import pytest

from helpers.one_run import SCRIPTS
from helpers.tabulated import BELOW, layer, measurement_of
from rotational_variance.measures import normalized_variance, sample_std, transformation_std
from rotational_variance.statistics import definition
from rotational_variance.statistics.averages import global_value, layer_values
from rotational_variance.statistics.definition import Measure, check_measure, load_measure
from rotational_variance.statistics.units import evaluate, unit_values
from rv_study.params import list_measures

NAN, INF = float("nan"), float("inf")
OURS = {"normalized_variance": normalized_variance, "sample_std": sample_std, "transformation_std": transformation_std}
SHARE = """
from rotational_variance.statistics.definition import Measure


def formula(transformation_std, sample_std):
    share = transformation_std / (transformation_std + sample_std)
    share[transformation_std + sample_std == 0] = 0.5
    return share


MEASURE = Measure(
    name="share", title="share of rotation", symbol="S", equation="S = T / (T + S)", formula=formula, zero="invariant",
    one="rotation only", more_invariant="lower", bounds=(0, 1), scale=(0, 1), reference=0.5, is_relative=True,
    source="ours",
)
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Return a function that loads a measure from the text of its file, as if it lay in measures/."""

    def run(text):
        package = tmp_path / f"measures_of_{tmp_path.name}"  # a name of its own, because modules are kept
        package.mkdir()
        (package / "share.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setattr(definition, "PACKAGE", package.name)
        return load_measure("share")

    return run


def test_each_file_is_a_measure_of_its_name():
    assert list_measures(SCRIPTS.parent) == sorted(OURS)
    for name, module in OURS.items():
        assert load_measure(name) is module.MEASURE
        assert set(module.MEASURE.statistics) <= {"transformation_std", "sample_std"}


def test_a_measure_of_ones_own_goes_through_all_averages(load):
    # [aggregation, sample_set, unit]: of the sets all, a and b; T and S of three units, the third dead in a
    t = np.array([[[1, 3, 2], [1, 0, 0], [3, 1, 1]]] * 2, dtype=float)
    s = np.array([[[1, 1, 0], [3, 1, 0], [1, 0, 1]]] * 2, dtype=float)
    measurement, share = measurement_of({"fc": ("linear", t, s)}), load(SHARE)
    assert evaluate(measurement.layers[0], share)[0].tolist() == [[0.5, 0.75, 1], [0.25, 0, 0.5], [0.75, 1, 0.5]]
    assert unit_values(measurement, share, "mean", "b")[0].tolist() == [0.75, 1, 0.5]
    assert unit_values(measurement, share, "mean", "stratified")[0].tolist() == [0.5, 0.5, 0.5]
    assert layer_values(unit_values(measurement, share, "mean", "all")).tolist() == [0.75]
    found = global_value(measurement, share, "max", "a")
    assert (found.value, found.value_without_dead, found.n_dead, found.n_infinite) == (0.25, 0.125, 1, 0)


@pytest.mark.parametrize(("is_relative", "expected"), [(True, NAN), (False, 1e-6)])
def test_below_precision_a_relative_measure_has_no_value(is_relative, expected):
    measurement = measurement_of({"fc": layer([[[BELOW, 1.0]] * 3] * 2)})
    measure = Measure(
        name="x", title="x", symbol="x", equation="x", formula=lambda sample_std: sample_std, zero="", one="",
        more_invariant="neither", bounds=(0, INF), scale=(0, 1), reference=None, is_relative=is_relative, source="ours",
    )  # fmt: skip
    for sample_set in ("all", "a", "stratified"):
        np.testing.assert_allclose(unit_values(measurement, measure, "mean", sample_set)[0], [expected, 1])


@pytest.mark.parametrize(("change", "reason"), [
    (("MEASURE = ", "OTHER = "), "share.py: defines no MEASURE, expected a Measure"),
    (('name="share"', 'name="part"'), "share.py: MEASURE.name: got 'part', expected 'share', as the file"),
    (('bounds=(0, 1)', 'bound=(0, 1)'), r"measure share: TypeError: .* unexpected keyword argument 'bound' \(.*share.py, line 11\)"),
])  # fmt: skip
def test_a_file_that_is_none_is_refused(load, change, reason):
    with pytest.raises(ValueError, match=reason):
        load(SHARE.replace(*change))


@pytest.mark.parametrize(("change", "reason"), [
    (("= 0.5\n", "= float('nan')\n"), "measure share: got nan for transformation_std 0, sample_std 0; expected a number from 0 to 1"),
    (("(0, 1), scale", "(0.2, 1), scale"), "got 0 for transformation_std 0, sample_std 1; expected a number from 0.2 to 1"),
    (("return share", "return shares"), r"measure share: NameError: name 'shares' is not defined \(.*share.py, line 8\)"),
    (("return share", "return share[:1]"), r"measure share: got values of \(1, 3, 3\), expected \(2, 3, 3\)"),
])  # fmt: skip
def test_a_formula_that_gives_something_else_is_refused(load, change, reason):
    t = np.array([[[1, 3, 2], [1, 0, 0], [3, 1, 1]]] * 2, dtype=float)
    s = np.array([[[1, 1, 0], [3, 1, 0], [1, 0, 1]]] * 2, dtype=float)
    measurement = measurement_of({"fc": ("linear", t, s)})
    with pytest.raises(ValueError, match=reason):
        evaluate(measurement.layers[0], load(SHARE.replace(*change)))


@pytest.mark.parametrize("line", ["sample_std[sample_std == 0] = 1", "transformation_std += 1"])
def test_a_formula_cannot_change_what_other_measures_are_made_of(load, line):
    layer_ = measurement_of({"fc": layer([[[0.5, 2.0]] * 3] * 2)}).layers[0]
    before = evaluate(layer_, normalized_variance.MEASURE)
    with pytest.raises(ValueError, match=r"measure share: ValueError: .*read-only \(.*share.py, line 6\)"):
        evaluate(layer_, load(SHARE.replace("    share = ", f"    {line}\n    share = ")))
    np.testing.assert_array_equal(evaluate(layer_, normalized_variance.MEASURE), before)


@pytest.mark.parametrize(("name", "value", "expected"), [
    ("more_invariant", "up", "one of lower, higher, neither"), ("scale", (2, 0), "a lower and a higher finite number"),
    ("scale", (0, INF), "a lower and a higher finite number"), ("scale", 5, "a lower and a higher finite number"),
    ("bounds", None, "a lower and a higher number"), ("bounds", (1, 1), "a lower and a higher number"),
    ("is_relative", "no", "True or False"), ("is_logarithmic", True, "numbers above 0, as it is logarithmic"),
    ("reference", 5, "None, or a number on the scale"), ("reference", "1", "None, or a number on the scale"),
    ("symbol", "", "one line of text"), ("title", "a\nb", "one line of text"), ("zero", None, "a text, which may be empty"),
    ("formula", 3, "a function"),
])  # fmt: skip
def test_a_field_that_does_not_fit_is_named(name, value, expected):
    wrong = "scale" if name == "is_logarithmic" else name
    with pytest.raises(ValueError, match=f"^{wrong}: got .*, expected {expected}$"):
        replace(normalized_variance.MEASURE, **{name: value})


@pytest.mark.parametrize(("formula", "reason"), [
    (lambda: np.zeros(2), "measure normalized_variance: takes none, expected one of a, b"),
    (lambda a, c: a / c, "measure normalized_variance: takes c, expected one of a, b"),
    (lambda a, b: a / b, "measure normalized_variance: got nan for a 0, b 0; expected a number from 0 to inf"),
])  # fmt: skip
def test_a_measure_is_tried_out_before_there_is_anything_to_measure(formula, reason):
    with pytest.raises(ValueError, match=f"^{reason}"):
        check_measure(replace(normalized_variance.MEASURE, formula=formula), ("a", "b"))


def test_labels_say_what_0_and_1_mean():
    assert normalized_variance.MEASURE.axis_label == "M (0: invariant, 1: not)"
    assert sample_std.MEASURE.axis_label == "sample std"
