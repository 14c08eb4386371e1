"""Tables of all runs: measurements and rows in, rows and text out. One module per table or claim. No torch, no files.

A row is a dict from column to value; None or NaN stands for a value that does not exist. Rows are made one run at a
time, so that only one measurement needs to be in memory; texts are made from the rows of all runs.
"""
