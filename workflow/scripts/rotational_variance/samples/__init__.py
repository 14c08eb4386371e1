"""Samples: where they come from, and what a network is shown of them.

From files of pixels (sources, image_files) by way of a Dataset to batches, rotated and normalised (inputs).
"""
