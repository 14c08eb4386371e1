"""The ways in which a feature map becomes one number. Standard library only."""

LABELS = {"mean": "mean of feature maps", "max": "maximum of feature maps"}
AGGREGATIONS = tuple(LABELS)  # in the order of the axis "aggregation"
MAX = AGGREGATIONS.index("max")
