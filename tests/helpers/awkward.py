"""Networks that are hard to see through."""

import torch
from torch import nn
from torch.nn import functional as F


class Awkward(nn.Module):
    """Functions, calls in place, a module called twice, a sum, concatenations, dropout, reshaping; one unit; a constant."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.again = nn.Conv2d(4, 4, 1)
        self.dropout = nn.Dropout(0.5)
        self.one = nn.Linear(8, 1)
        self.constant = nn.Linear(8, 2)
        self.fc = nn.Linear(11, 3)
        with torch.no_grad():
            self.constant.weight.zero_()
            self.bn.running_mean.uniform_(-0.5, 0.5)
            self.bn.running_var.uniform_(0.5, 2)
            self.bn.weight.uniform_(-1, 1)
            self.bn.bias.uniform_(-0.5, 0.5)

    def forward(self, x):
        x = self.relu(self.bn(self.conv(x)))
        y = self.again(torch.relu(self.again(x)))
        y += x
        z = F.adaptive_avg_pool2d(torch.cat([x, y], dim=1), 1).flatten(1)
        z = torch.cat([z, self.one(z), self.constant(z)], dim=1)
        return F.log_softmax(self.fc(self.dropout(z)), dim=1)

    def step_by_step(self, x):
        """List the activations, each in memory of its own."""
        conv = self.conv(x)
        bn = self.bn(conv)
        relu = bn.clamp(min=0)
        again = self.again(relu)
        relu_2 = again.clamp(min=0)
        again_2 = self.again(relu_2)
        both = again_2 + relu
        cat = torch.cat([relu, both], dim=1)
        pooled = cat.mean((2, 3))
        one, constant = self.one(pooled), self.constant(pooled)
        cat_2 = torch.cat([pooled, one, constant], dim=1)
        fc = self.fc(cat_2)
        return [conv, bn, relu, again, relu_2, again_2, both, cat, pooled, one, constant, cat_2, fc, fc.log_softmax(1)]


class Recurrent(nn.Module):
    """A module that returns a tuple."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 1)
        self.rnn = nn.GRU(36, 5, batch_first=True)
        self.fc = nn.Linear(20, 3)

    def forward(self, x):
        outputs, _ = self.rnn(self.conv(x).flatten(2))
        return self.fc(outputs.flatten(1))


class Deciding(nn.Module):
    """What torch.fx cannot trace: it decides by the values of its inputs, though the modules it calls stay the same."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 4, 1)
        self.rnn = nn.GRU(36, 5, batch_first=True)

    def forward(self, x):
        x = self.conv(x if x.sum() > -1e9 else -x)
        x = F.relu(self.bn(x), inplace=True)
        x = self.conv2(self.conv2(x))
        return self.rnn(x.flatten(2))[0].sum(1)


class DecidingByModule(nn.Module):
    """It calls other modules for other inputs."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 1)
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.conv(x)
        return self.relu(y) if x.sum() > 0 else y


class Averaged(nn.Module):
    """Invariant to quarter turns by construction: its output averages those for all four."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return sum(self.model(torch.rot90(x, turns, dims=(2, 3))) for turns in range(4)) / 4
