"""VGG16 with batch normalisation: configuration D, 13 convolutions and three linear layers.

Source: Simonyan and Zisserman 2014 (arXiv 1409.1556), table 1, column D; the convolutions are torchvision's. The
published width is 64. Layers carry the paper's names: conv3_2 is the second convolution of the third block.
"""

from collections import OrderedDict

from torch import nn

from rotational_variance.torch_setup.torchvision_import import torchvision

N_CONVOLUTIONS = (2, 2, 3, 3, 3)  # per block
MULTIPLES = (1, 2, 4, 8, 8)  # of `width`, per block


def build(*, n_channels: int, image_size: int, n_classes: int, width: int) -> nn.Module:
    """Build a network of `width` feature maps in the first block and 8 x `width` units in each hidden linear layer.

    A pooling that would leave less than one pixel is left out (images of 28 pixels: four poolings). No dropout is used.
    """
    # ASSUME: 8 x width hidden units, as wide as the last convolution. The paper's 4096 belong to 224-pixel images and
    # 1000 classes. Batch normalisation regularises in place of the paper's dropout.
    hidden = 8 * width
    layers, final_size = _features(n_channels, image_size, width)
    layers["flatten"] = nn.Flatten()
    layers["fc6"], layers["relu6"] = nn.Linear(hidden * final_size**2, hidden), nn.ReLU()
    layers["fc7"], layers["relu7"] = nn.Linear(hidden, hidden), nn.ReLU()
    layers["fc8"] = nn.Linear(hidden, n_classes)
    layers["log_softmax"] = nn.LogSoftmax(dim=1)
    return nn.Sequential(layers)


def _features(n_channels: int, size: int, width: int) -> tuple[OrderedDict[str, nn.Module], int]:
    plan: list[int | str] = []
    names = []
    for block, (n_convolutions, multiple) in enumerate(zip(N_CONVOLUTIONS, MULTIPLES, strict=True), start=1):
        for i in range(1, n_convolutions + 1):
            plan.append(multiple * width)
            names += [f"conv{block}_{i}", f"bn{block}_{i}", f"relu{block}_{i}"]
        if size >= 2:
            plan.append("M")
            names.append(f"pool{block}")
            size //= 2
    features = torchvision.models.vgg.make_layers(plan, batch_norm=True)
    layers = OrderedDict(zip(names, features, strict=True))
    if n_channels != 3:  # make_layers builds for 3 channels
        layers["conv1_1"] = nn.Conv2d(n_channels, width, kernel_size=3, padding=1)
    return layers, size
