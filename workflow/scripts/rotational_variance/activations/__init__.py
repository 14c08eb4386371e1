"""Observe every activation of a model, in the order of the forward pass.

An activation is the output of a call in the forward pass: of a module, or of a function (`relu`, `+`, `cat`). Its
axis 1 holds the units; the axes that follow are reduced, so that each activation is reduced to one number per unit
while it is still in the processor's cache. The outputs of calls that only reshape, or that do nothing at test time, do
not count as activations. torch.fx finds all activations (tracing.py). If torch.fx cannot trace a model, hooks find the
outputs of its modules only (hooks.py).
"""
