"""Import torchvision, beside any build of torch. All code here imports torchvision through this module:

from rotational_variance.torch_setup.torchvision_import import torchvision
"""

from rotational_variance.torch_setup.torchvision_operators import declare_missing_operators

declare_missing_operators()

import torchvision  # noqa: E402  (only importable once its operators are declared)
import torchvision.datasets  # noqa: E402
import torchvision.models  # noqa: E402

__all__ = ["torchvision"]
