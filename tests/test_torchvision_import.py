import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "workflow" / "scripts"
PROGRAM = """
import json, sys
from rotational_variance.torch_setup import torchvision_import
first = torchvision_import.torchvision
torchvision_import.declare_missing_operators()
torchvision_import.declare_missing_operators()
import torch, torchvision
from rotational_variance.torch_setup.torchvision_import import torchvision as again
rotated = torchvision.transforms.functional.rotate(torch.ones(1, 5, 5), 90)
print(json.dumps({
    "same": first is torchvision is again is sys.modules["torchvision"],
    "parts": [name for name in ("datasets", "models", "ops", "transforms") if hasattr(torchvision, name)],
    "nms": hasattr(torchvision.ops, "nms"),
    "operator": str(torch.ops.torchvision.nms.default._schema),
    "rotated": rotated.sum().item(),
    "resnet": type(torchvision.models.resnet18(weights=None)).__name__,
}))
"""


@pytest.fixture(scope="module")
def fresh():
    """Return what a fresh interpreter finds that imports torchvision through our module first."""
    environment = {**os.environ, "PYTHONPATH": str(SCRIPTS)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_fresh_interpreter_imports_all_that_is_used(fresh):
    assert fresh["parts"] == ["datasets", "models", "ops", "transforms"]
    assert fresh["resnet"] == "ResNet"
    assert fresh["rotated"] == 25


def test_importing_again_changes_nothing(fresh):
    assert fresh["same"]


def test_the_operator_exists(fresh):
    assert fresh["nms"]
    assert fresh["operator"] == "torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
