"""Let torchvision be imported, even if its compiled library was not built for the installed torch.

torchvision's wheels are built for CUDA. Beside a CPU-only torch their compiled library does not load, and `import
torchvision` then fails with "operator torchvision::nms does not exist", because its Python code registers functions for
two operators that only the library declares. Once these operators are declared, the rest of torchvision, which is plain
Python, imports. The study never calls either operator.
"""

import importlib.util
from functools import cache

import torch

SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_declared = []  # operators exist only as long as the Library object that declares them


@cache
def declare_missing_operators() -> None:
    """Declare torchvision's operators if its compiled library does not load; do nothing if it does, or is not there."""
    package = importlib.util.find_spec("torchvision")
    if package is None:
        return
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
