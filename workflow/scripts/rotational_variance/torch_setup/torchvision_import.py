"""Import torchvision, even if its compiled library was not built for the installed torch.

torchvision's wheels are built for CUDA. Beside a CPU-only torch their compiled library does not load, and `import
torchvision` then fails with "operator torchvision::nms does not exist", because its Python code registers functions for
two operators that only the library declares. Once these operators are declared, the rest of torchvision, which is plain
Python, imports. The study never calls either operator. All code here imports torchvision through this module:

    from rotational_variance.torch_setup.torchvision_import import torchvision
"""

import importlib.util

import torch

SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_declared = []  # operators exist only as long as the Library object that declares them


def declare_missing_operators() -> None:
    """Declare torchvision's operators if its compiled library cannot be loaded; do nothing if it can."""
    package = importlib.util.find_spec("torchvision")
    if package is None:
        raise ModuleNotFoundError("torchvision is not installed", name="torchvision")
    for folder in package.submodule_search_locations:
        library = f"{folder}/_C.so"
        try:
            torch.ops.load_library(library)
            return
        except OSError:
            continue
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name, schema in SCHEMAS.items():
        if not hasattr(torch.ops.torchvision, name):
            library.define(schema)
    _declared.append(library)


declare_missing_operators()

import torchvision  # noqa: E402  (only importable once its operators are declared)
import torchvision.datasets  # noqa: E402
import torchvision.models  # noqa: E402

__all__ = ["torchvision"]
