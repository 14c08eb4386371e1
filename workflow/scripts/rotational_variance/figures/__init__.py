"""Figures: arrays in, matplotlib Figure out. No torch, no files. Draw and save within `style.style()`.

One file a subject: curves.py (M by layer), heatmaps.py (M by unit), outputs.py (M of each output by class),
accuracies.py and history.py (how well the networks do), models.py (all models side by side), and headline.py, the
digest of one model on one dataset. Sizes are those of a printed page: WIDTH is the text width of a page of two columns,
COLUMN that of one column; no text is below 7 points at these.

Blue is rotated training, vermilion is unrotated training (Okabe and Ito 2008, told apart by colour-blind readers).
Where both share a panel, unrotated lines are dashed and unrotated bars hatched, for print without colour.
"""
