"""ResNet for small images: a 3 x 3 stem of stride 1 without pooling, then four stages of residual blocks.

Sources: He et al. 2015 (arXiv 1512.03385), table 1; the blocks are torchvision's (its bottleneck has the stride in the
3 x 3 convolution). The stem for small images follows Quiroga et al. 2019, who use depth 18 on MNIST and 50 on CIFAR-10.
"""

from collections import OrderedDict
from typing import Literal

from torch import nn

from rotational_variance.torch_setup.torchvision_import import torchvision

BasicBlock, Bottleneck = torchvision.models.resnet.BasicBlock, torchvision.models.resnet.Bottleneck
STAGES = {18: (BasicBlock, (2, 2, 2, 2)), 34: (BasicBlock, (3, 4, 6, 3)), 50: (Bottleneck, (3, 4, 6, 3))}


def build(*, n_channels: int, image_size: int, n_classes: int, width: int, depth: Literal[18, 34, 50]) -> nn.Module:
    """Build the network with `width` feature maps in the first stage (64 in the paper) and `depth` 18, 34 or 50.

    Raises ValueError for another depth. Images may have any size.
    """
    if depth not in STAGES:
        raise ValueError(f"resnet: got depth {depth}, expected one of {', '.join(map(str, STAGES))}")
    block, n_blocks = STAGES[depth]
    layers = OrderedDict(
        conv1=nn.Conv2d(n_channels, width, kernel_size=3, padding=1, bias=False),
        bn1=nn.BatchNorm2d(width),
        relu=nn.ReLU(),
    )
    n_in = width
    for stage, n in enumerate(n_blocks):
        n_maps = width * 2**stage
        layers[f"layer{stage + 1}"] = _stage(block, n_in, n_maps, n, stride=1 if stage == 0 else 2)
        n_in = n_maps * block.expansion
    layers["avgpool"] = nn.AdaptiveAvgPool2d(1)
    layers["flatten"] = nn.Flatten()
    layers["fc"] = nn.Linear(n_in, n_classes)
    layers["log_softmax"] = nn.LogSoftmax(dim=1)
    model = nn.Sequential(layers)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):  # He et al. 2015 (arXiv 1502.01852), as the ResNet paper says
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return model


def _stage(block: type, n_in: int, n_maps: int, n_blocks: int, stride: int) -> nn.Sequential:
    n_out = n_maps * block.expansion
    shortcut = None
    if stride != 1 or n_in != n_out:
        shortcut = nn.Sequential(
            OrderedDict(conv=nn.Conv2d(n_in, n_out, kernel_size=1, stride=stride, bias=False), bn=nn.BatchNorm2d(n_out))
        )
    first = block(n_in, n_maps, stride, shortcut, base_width=64)
    return nn.Sequential(first, *(block(n_out, n_maps, base_width=64) for _ in range(n_blocks - 1)))
