"""Made-up results to draw, and what is to be seen in a figure."""

import numpy as np
from matplotlib.text import Text

from rotational_variance.figures.parts.training_looks import LOOKS
from rotational_variance.figures.parts.training_results import TrainingResult
from rotational_variance.statistics.definition import Measure
from rotational_variance.statistics.measurement import Layer, Measurement
from rotational_variance.statistics.trainings import Training
from rotational_variance.storage.figure_file import lay_out

DIGITS = [str(digit) for digit in range(10)]
THINGS = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
KINDS = ["convolution", "normalisation", "activation"]
ANGLES = np.arange(8) * 45.0 - 180
NOISE = 1e-6  # the rounding noise of units below precision
TWO = [
    Training("unrotated", "unrotated", "unrotated training", 0),
    Training("rotated", "rotated", "rotated training", 1),
]
FOUR = [
    Training("unrotated", "upright", "trained on the images as they stand here", 0),  # as long as a label may be
    Training("rotated", "rotated", "trained within 180 degrees to either way", 1),
    Training("within45", "within 45", "trained within 45 degrees to either side", 2),
    Training("untrained", "untrained", "not trained: as the network was made up!", 3),
]
COLORS = {training.name: LOOKS[training.look].color for training in FOUR}


def _invariance(transformation_std, sample_std):
    total = transformation_std + sample_std
    return np.divide(sample_std, total, out=np.full_like(total, 0.5), where=total > 0)


INVARIANCE = Measure(  # of which all is the other way round than of M
    name="invariance",
    title="share of the samples",
    symbol="S/(T+S)",
    equation="S/(T+S) = sample std / (transformation std + sample std)",
    formula=_invariance,
    zero="changes with the angle only",
    one="invariant",
    more_invariant="higher",
    bounds=(0, 1),
    scale=(0.1, 0.9),
    reference=0.5,
    is_relative=True,
    source="ours",
)


def resnet_names(n):
    return ["conv1", "bn1", "relu", *(f"layer{1 + i // 40}.{i // 10}.conv{i}" for i in range(n - 5)), "avgpool", "fc"]


def make_measurement(n_layers=16, seed=0, names=None, class_names=DIGITS, angles=ANGLES, unit_axis=1):
    """Make up a measurement without rounding noise; its last layer has one unit a class."""
    random = np.random.default_rng(seed)
    layers = []
    for i in range(n_layers):
        is_last = i == n_layers - 1
        shape = 2, 1 + len(class_names), len(class_names) if is_last else 3 + 7 * i % 30
        kind = "output" if is_last else KINDS[i % 3]
        stds = {name: random.gamma(2, 0.5, shape) for name in ("transformation_std", "sample_std")}
        noise = np.zeros((2, shape[-1]))
        layers.append(Layer(names[i] if names else f"conv{i}", kind, stds, noise, unit_axis))
    accuracy = random.random((1 + len(class_names), len(angles)))
    n_samples = np.array([3 * len(class_names), *[3] * len(class_names)])
    return Measurement(layers, angles, ["mean", "max"], ["all", *class_names], n_samples, n_samples, accuracy)


def put_below_precision(layer, units, sample_sets=slice(None)):
    """Let these units of a layer vary by no more than their rounding noise over these sample sets, by number.

    Call it before M of the layer is asked for, which is then kept.
    """
    for unit in units:
        layer.rounding_noise[:, unit] = NOISE
        layer.transformation_std[:, sample_sets, unit] = layer.sample_std[:, sample_sets, unit] = NOISE


def make_history(seed=0, n_epochs=5):
    """Make up a history that ends above chance."""
    random = np.random.default_rng(seed)
    parts = [f"{part}_{what}" for part in ("train", "test_upright", "test_rotated") for what in ("loss", "accuracy")]
    rows = [{"epoch": epoch, **dict(zip(parts, random.random(6), strict=True))} for epoch in range(1, n_epochs + 1)]
    rows[-1]["test_upright_accuracy"] = 1 - 0.05 * random.random()
    return rows


def make_untrained_history(seed=0):
    """Make up the history of a network that was not trained: test values of epoch 0."""
    random = np.random.default_rng(seed)
    parts = [f"{part}_{what}" for part in ("test_upright", "test_rotated") for what in ("loss", "accuracy")]
    row = {"epoch": 0.0, "train_loss": np.nan, "train_accuracy": np.nan}
    return [row | dict(zip(parts, random.random(4), strict=True))]


def put_at_chance(result, *seeds):
    """Let the networks of these seeds, by number, learn nothing. Call it before the result is drawn."""
    for seed in seeds:
        result.histories[seed][-1]["test_upright_accuracy"] = 0.0


def make_results(n_seeds=1, trainings=TWO, **kwargs):
    """Make up results of some trainings, by their names."""
    return {
        training.name: TrainingResult(
            training,
            [make_measurement(seed=10 * i + seed, **kwargs) for seed in range(n_seeds)],
            [_make_history_of(training, seed=10 * i + seed) for seed in range(n_seeds)],
        )
        for i, training in enumerate(trainings)
    }


def _make_history_of(training, seed):
    return make_untrained_history(seed) if training.name == "untrained" else make_history(seed)


def drawn_texts(figure, monkeypatch):
    """Draw a figure and return the texts that were drawn, by their boxes in pixels: [(text, box), ...]."""
    found = []
    draw = Text.draw

    def note(text, renderer):
        if text.get_visible() and text.get_text().strip():
            found.append((text, text.get_window_extent(renderer)))
        return draw(text, renderer)

    lay_out(figure)
    with monkeypatch.context() as patch:
        patch.setattr(Text, "draw", note)
        figure.draw_without_rendering()
    return found


def assert_readable(figure, monkeypatch):
    """Assert that no text is small, cut off, or over another one."""
    texts = drawn_texts(figure, monkeypatch)
    assert texts
    for i, (text, box) in enumerate(texts):
        assert text.get_fontsize() >= 7, text
        assert not text.get_parse_math(), f"{text}: exponents and indices would be smaller"
        assert figure.bbox.x0 - 1 <= box.x0, text
        assert box.x1 <= figure.bbox.x1 + 1, text
        assert figure.bbox.y0 - 1 <= box.y0, text
        assert box.y1 <= figure.bbox.y1 + 1, text
        for other, its_box in texts[i + 1 :]:
            assert not box.overlaps(its_box), f"{text} is over {other}"


def titled(figure):
    """Return a figure's axes by their titles."""
    return {axes.get_title(loc="left"): axes for axes in figure.axes if axes.get_title(loc="left")}


def lines_of(axes, color):
    return [line for line in axes.get_lines() if line.get_color() == color and len(line.get_xdata()) > 0]


def legend_texts(figure):
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    return [text.get_text() for legend in legends if legend for text in legend.get_texts()]
