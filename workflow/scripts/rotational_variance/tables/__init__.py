"""Tables of all runs: arrays and rows in, rows and text out. One table a module. No torch, no files.

A row is a dict from column to value; None or NaN is a value that does not exist. A run's own rows are made one run at a
time, so that no more than one variance tensor need be in memory; texts are made of the rows of all runs.
"""
