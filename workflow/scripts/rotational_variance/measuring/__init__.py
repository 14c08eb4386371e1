"""Measure the activations of a trained network, in one pass over the samples and the angles."""
