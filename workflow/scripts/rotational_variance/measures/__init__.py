"""Measures of (in)variance and their averages: arrays in, numbers out. numpy only."""
