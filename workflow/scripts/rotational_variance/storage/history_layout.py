"""The layout of the history of a training (CSV)."""

COLUMNS = (
    "epoch",
    "train_loss",
    "train_accuracy",
    "test_upright_loss",
    "test_upright_accuracy",
    "test_rotated_loss",
    "test_rotated_accuracy",
)  # losses in nats, accuracies as shares
