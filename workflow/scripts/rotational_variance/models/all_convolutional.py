"""AllConvolutional: nine convolutions, strides in place of poolings, a global average in place of linear layers.

Sources: Springenberg et al. 2014 (arXiv 1412.6806), All-CNN-C; with batch normalisation and the widths of Quiroga et
al. 2019: 16 on MNIST, 64 on CIFAR-10.
"""

from collections import OrderedDict

from torch import nn


def build(*, n_channels: int, image_size: int, n_classes: int, width: int) -> nn.Module:
    """Build the network with `width` feature maps in the first three convolutions and twice as many in the next five.

    Raises ValueError for images smaller than 4 x 4 pixels, because two strides of 2 divide each side by 4.
    """
    if image_size < 4:
        raise ValueError(f"all_convolutional: got images of {image_size} pixels, expected 4 or more")
    plan = [  # feature maps, kernel size, stride
        (width, 3, 1),
        (width, 3, 1),
        (width, 3, 2),
        (2 * width, 3, 1),
        (2 * width, 3, 1),
        (2 * width, 3, 2),
        (2 * width, 3, 1),
        (2 * width, 1, 1),
        (n_classes, 1, 1),
    ]
    layers = OrderedDict()
    n_in = n_channels
    for i, (n_out, kernel_size, stride) in enumerate(plan, start=1):
        layers[f"conv{i}"] = nn.Conv2d(n_in, n_out, kernel_size, stride, padding=kernel_size // 2)
        layers[f"bn{i}"] = nn.BatchNorm2d(n_out)
        layers[f"relu{i}"] = nn.ReLU()
        n_in = n_out
    layers["global_average"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["log_softmax"] = nn.LogSoftmax(dim=1)
    return nn.Sequential(layers)
