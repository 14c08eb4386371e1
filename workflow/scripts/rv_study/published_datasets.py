"""Which datasets of a config are those of the published study, by their source: a name alone proves nothing."""

from collections.abc import Iterable, Mapping

PUBLISHED = {  # as workflow/resources/published.csv names them, and where they come from
    "mnist": {"source": "torchvision", "name": "MNIST"},
    "cifar10": {"source": "torchvision", "name": "CIFAR10"},
}


def find_published(sources: Mapping[str, dict], studied: Iterable[str]) -> list[str]:
    """List the datasets of a study whose images are those that were published under the same name.

    sources  of all datasets of the config, by name
    """
    return [name for name in studied if name in PUBLISHED and PUBLISHED[name].items() <= sources[name].items()]
