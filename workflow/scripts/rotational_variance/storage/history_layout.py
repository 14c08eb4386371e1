"""The layout of the history of a training (CSV)."""

TRAIN_COLUMNS = ("train_loss", "train_accuracy")  # empty in the row of epoch 0, before any training; NaN when read
COLUMNS = (
    "epoch",
    *TRAIN_COLUMNS,
    "test_upright_loss",
    "test_upright_accuracy",
    "test_rotated_loss",
    "test_rotated_accuracy",
)  # losses in nats, accuracies as shares
