"""Samples: their sources, and the inputs of a network that are made of them.

Files of pixels are read (sources, image_files/) into a Dataset, whose batches are rotated and normalised (inputs).
"""
