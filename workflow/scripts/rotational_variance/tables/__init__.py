"""Tables of all runs: measurements and rows in, rows and text out. One module per table or claim. No torch, no files.

A row is a dict from column to value; None or NaN stands for a value that does not exist. Each row of a run begins with
the cells that name the run (model, dataset, training, seed), tell what its training did (rotate_degrees, to either
side, and n_epochs), and whether it is at chance (at_chance): the network learned nothing, so verdicts and comparisons
leave it out. Rows are made one run at a time, so that only one measurement needs to be in memory; texts are made from
the rows of all runs and from the trainings by name, of which the first is what the others are compared with.
"""
