"""What a network returns, and mistakes in a model's file."""

from dataclasses import dataclass

import pytest
import torch
from torch import nn

from rotational_variance import models
from rotational_variance.activations.find import find_activations
from rotational_variance.networks.classifier import AS_IS, Classifier, OutputForm
from rotational_variance.networks.memory_format import find_memory_format
from rotational_variance.networks.output_form import find_output_form
from rotational_variance.networks.user_code import ModelError, UnfitModelError

N_CLASSES = 4


@dataclass
class Scored:
    """An object around scores, as libraries of transformers return it."""

    hidden: torch.Tensor
    logits: torch.Tensor


class Returning(nn.Module):
    """A network that returns what a function makes of its scores."""

    def __init__(self, change):
        super().__init__()
        self.change = change
        self.norm = nn.BatchNorm2d(2)
        self.fc = nn.Linear(2, N_CLASSES)

    def forward(self, x):
        return self.change(self, self.fc(self.norm(x).mean((2, 3))))


def form_of(change):
    torch.manual_seed(0)
    return find_output_form(Returning(change), torch.randn(3, 2, 5, 5), N_CLASSES)


@pytest.mark.parametrize(
    ("change", "form"),
    [
        (lambda net, z: z.log_softmax(1), AS_IS),
        (lambda net, z: z, OutputForm(are_scores=True)),
        (lambda net, z: 0 * z, OutputForm(are_scores=True)),
        (lambda net, z: (z.log_softmax(1), z), OutputForm((0,), (0,))),
        (lambda net, z: [torch.zeros(3, 7), (z,)], OutputForm((1, 0), (1, 0), True)),
        (lambda net, z: {"features": z[:, :2], "out": z}, OutputForm(("out",), ("out",), True)),
        (lambda net, z: Scored(hidden=z[:, :1], logits=z), OutputForm(("logits",), ("logits",), True)),
        (lambda net, z: (z, 2 * z) if net.training else z, OutputForm((0,), (), True)),  # as googlenet, with its heads
        (lambda net, z: z.half().log_softmax(1), AS_IS),
        (lambda net, z: {"features": 2 * z, "logits": z}, OutputForm(("logits",), ("logits",), True)),
    ],
)
def test_finds_what_a_network_returns(change, form):
    assert form_of(change) == form


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda net, z: z.softmax(1), "training mode is probabilities; leave out the softmax"),
        (
            lambda net, z: z[:, :3],
            r"Tensor \(float32 \[3, 3\]\) for 3 samples in training mode, where \[3, 4\] was expected",
        ),
        (lambda net, z: z[:, :, None], r"float32 \[3, 4, 1\]"),
        (lambda net, z: z.mean(0, keepdim=True), r"float32 \[1, 4\]"),
        (lambda net, z: z.argmax(1), r"int64 \[3\]"),
        (lambda net, z: z.round().long(), r"int64 \[3, 4\]"),
        (lambda net, z: (z[:, 0], "text"), r"tuple \(float32 \[3\]\)"),
        (lambda net, z: None, r"NoneType \(no tensor\)"),
        (lambda net, z: z / 0, "infinite or not a number"),
        (
            lambda net, z: z if net.training else z.log_softmax(1),
            "log-probabilities in testing mode and scores in training",
        ),
        (lambda net, z: z if net.training else z.softmax(1), "testing mode is probabilities"),
        (lambda net, z: z.detach(), "no parameter gets a gradient"),
    ],
)
def test_refuses_what_is_neither_scores_nor_log_probabilities(change, words):
    with pytest.raises(UnfitModelError, match=words):
        form_of(change)


def test_a_deep_network_that_overflows_only_before_it_is_trained_is_understood():
    blocks = [nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2)) for _ in range(30)]
    for block in blocks:
        nn.init.constant_(block[0].weight, 30)
    network = nn.Sequential(*blocks, nn.Flatten(), nn.Linear(50, N_CLASSES))
    x = torch.randn(3, 2, 5, 5)
    assert not network.eval()(x).isfinite().all()
    assert find_output_form(network, x, N_CLASSES).are_scores


def test_scores_become_log_probabilities_once_in_training_and_testing_alike():
    torch.manual_seed(0)
    network, x = Returning(lambda net, z: ("first", z)), torch.randn(3, 2, 5, 5)
    model = Classifier(network, OutputForm((1,), (1,), True))
    for mode in (True, False):
        model.train(mode)
        with torch.no_grad():
            torch.testing.assert_close(model(x), network(x)[1].log_softmax(1))
    assert OutputForm.from_dict(model.form.as_dict()) == model.form
    assert OutputForm.from_dict({}) == AS_IS


def test_the_log_softmax_of_scores_is_the_last_layer():
    network = nn.Sequential(nn.Flatten(), nn.Linear(50, N_CLASSES)).eval()
    layers = find_activations(Classifier(network, OutputForm(are_scores=True)), torch.randn(3, 2, 5, 5)).layers
    assert [(layer.name, layer.kind) for layer in layers] == [("1", "linear"), ("log_softmax", "output")]


# ---- mistakes in a model's file


@pytest.fixture
def write_model(tmp_path, monkeypatch):
    """Put a file beside the architectures, for one test."""
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(tmp_path)])
    monkeypatch.setattr(models, "names", lambda: ["mine"])
    monkeypatch.setattr(models, "file_of", lambda name: tmp_path / f"{name}.py")

    def write(text):
        monkeypatch.delitem(__import__("sys").modules, f"{models.__name__}.mine", raising=False)
        (tmp_path / "mine.py").write_text(text)
        return lambda **options: models.build("mine", n_channels=2, image_size=5, n_classes=N_CLASSES, **options)

    return write


HEAD = "from torch import nn\nimport torch\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("import torch\nfrom torch import nnn\n", r"ImportError: .*nnn.*mine.py, line 2"),
        (
            "import nowhere_to_be_found\n",
            r"ModuleNotFoundError: No module named 'nowhere_to_be_found' \(.*mine.py, line 1\)",
        ),
        (f"{HEAD}def build(n_channels, image_size, n_classes):\n    return 1 / 0\n", r"ZeroDivisionError: .*line 4\)"),
        (
            f"{HEAD}def build(n_channels, image_size, n_classes):\n    return n_classes\n",
            r"build returned int, .*line 3\)",
        ),
        (f"{HEAD}def build(n_channels):\n    return nn.Flatten()\n", r"TypeError: .*unexpected keyword.*line 3\)"),
        (
            f"{HEAD}def build(n_channels, image_size, n_classes):\n"
            "    return torch.jit.script(nn.Sequential(nn.Flatten(), nn.Linear(50, n_classes)))\n",
            r"it is compiled, so its activations cannot be seen; return the plain",
        ),
        (
            f"{HEAD}def build(n_channels, image_size, n_classes):\n"
            "    return nn.Sequential(nn.Flatten(), torch.jit.script(nn.Linear(50, n_classes)))\n",
            r"its module 1 is compiled",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_a_mistake_is_told_with_its_line(write_model, text, words):
    with pytest.raises(ModelError, match=f"model mine: {words}"):
        write_model(text)()


def test_arguments_may_be_taken_by_position(write_model):
    signatures = (
        "n_channels, image_size, n_classes, width=3",
        "n_channels, image_size, n_classes, /, width",
        "*, width, **sizes",
    )
    for signature in signatures:
        build = write_model(f"{HEAD}def build({signature}):\n    return nn.Linear(width, 1)\n")
        assert build(width=6).in_features == 6


def test_lazy_layers_draw_their_weights_at_once(write_model):
    build = write_model(
        f"{HEAD}def build(n_channels, image_size, n_classes):\n"
        "    return nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(n_classes))\n"
    )
    torch.manual_seed(0)
    model = build()
    assert model.training
    assert model[1].running_mean.eq(0).all()
    assert sum(parameter.numel() for parameter in model.parameters()) == 2 * 4 * 9 + 4 + 8 + 36 * N_CLASSES + N_CLASSES
    again = build()
    again.load_state_dict(model.state_dict())
    x = torch.randn(3, 2, 5, 5)
    assert torch.equal(again.eval()(x), model.eval()(x))


def test_a_model_may_import_torchvision_beside_any_torch(write_model):
    build = write_model(
        "import torchvision\n\n\ndef build(n_channels, image_size, n_classes):\n"
        "    return torchvision.models.squeezenet1_1(num_classes=n_classes)\n"
    )
    assert build().num_classes == N_CLASSES


class Viewing(nn.Module):
    """A network whose code takes it for granted that a batch is contiguous."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 3, 3)
        self.fc = nn.Linear(27, N_CLASSES)

    def forward(self, x):
        return self.fc(self.conv(x).view(len(x), -1))


def test_networks_that_stop_on_channels_last_are_trained_contiguous():
    x = torch.randn(3, 2, 5, 5)
    viewing, reshaping = Viewing(), nn.Sequential(nn.Conv2d(2, 3, 3), nn.Flatten(), nn.Linear(27, N_CLASSES))
    assert find_memory_format(viewing, x) is torch.contiguous_format
    assert find_memory_format(reshaping, x) is torch.channels_last
    assert find_output_form(viewing, x, N_CLASSES).are_scores
