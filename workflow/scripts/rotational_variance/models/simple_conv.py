"""SimpleConv: five 3 x 3 convolutions, two poolings, two linear layers.

Source: Quiroga et al. 2019. Its sizes: width 32 and 64 hidden units on MNIST, 64 and 128 on CIFAR-10.
"""

from collections import OrderedDict

from torch import nn


def build(*, n_channels: int, image_size: int, n_classes: int, width: int, hidden: int) -> nn.Module:
    """Build a network of `width` feature maps in the first convolution and `hidden` units in the first linear layer.

    Raises ValueError for images smaller than 4 x 4 pixels, of which two poolings leave nothing.
    """
    if image_size < 4:
        raise ValueError(f"simple_conv: got images of {image_size} pixels, expected 4 or more")
    final_size = image_size // 4
    return nn.Sequential(
        OrderedDict(
            conv1=_conv(n_channels, width),
            relu1=nn.ReLU(),
            conv2=_conv(width, width),
            relu2=nn.ReLU(),
            pool1=nn.MaxPool2d(2),
            conv3=_conv(width, 2 * width),
            relu3=nn.ReLU(),
            conv4=_conv(2 * width, 2 * width),
            relu4=nn.ReLU(),
            pool2=nn.MaxPool2d(2),
            conv5=_conv(2 * width, 4 * width),
            relu5=nn.ReLU(),
            flatten=nn.Flatten(),
            fc1=nn.Linear(4 * width * final_size**2, hidden),
            relu6=nn.ReLU(),
            fc2=nn.Linear(hidden, n_classes),
            log_softmax=nn.LogSoftmax(dim=1),
        )
    )


def _conv(n_in: int, n_out: int) -> nn.Conv2d:
    # ASSUME: zero padding that keeps the size; the source does not say.
    return nn.Conv2d(n_in, n_out, kernel_size=3, padding=1)
