"""Sort nested mappings, or flatten them."""


def canonical(value):
    """Sort the keys of mappings, at every level, and turn whole numbers into integers."""
    if isinstance(value, dict):
        return {key: canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def flatten(numbers: dict, prefix: str = "") -> dict[str, object]:
    """Flatten nested mappings: {"training": {"epochs": 3}} becomes {"training.epochs": 3}."""
    found = {}
    for name, value in numbers.items():
        found |= flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found
