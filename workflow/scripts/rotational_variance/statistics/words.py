"""Words of measures and trainings in titles and sentences. Standard library only."""


def sentence_start(text: str) -> str:
    """Return the text as it begins a sentence: its first letter becomes a capital."""
    return text[:1].upper() + text[1:]
