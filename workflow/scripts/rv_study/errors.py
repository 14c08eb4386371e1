"""The exception for mistakes in the config."""


class ConfigError(ValueError):
    """A mistake in the config; the message is for its author."""
