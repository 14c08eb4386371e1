"""Observe every activation of a model, in the order of the forward pass.

An activation is the output of a call in the forward pass: of a module, or of a function (`relu`, `+`, `cat`). The axes
of its samples and of its units follow from how each layer works (axes/); all other axes are reduced, so that each
activation is reduced to one number per unit while it is still in the processor's cache. The outputs of calls that only
reshape, or that do nothing at test time, do not count as activations. torch.fx finds all activations (tracing.py). A
model that torch.fx cannot trace is watched while it runs (watching.py). Where it is not known which axis holds the
units, nothing is guessed: `not_seen` says why.
"""
