"""List a network's layers as text (Markdown)."""

from rotational_variance.activations.description import ActivationInfo, Activations
from rotational_variance.networks.classifier import OutputForm
from rotational_variance.tables.text import markdown_table


def list_layers(subject: str, form: OutputForm, found: Activations, flops: list[int]) -> str:
    """Write the layers that can be measured, in the order of the forward pass, and what cannot be measured and why.

    flops  by layer, as `look.count_flops` returns them
    """
    n_flops = sum(flops)
    gaps = "".join(f"- {gap}\n" for gap in found.not_seen) or "Nothing.\n"
    return f"""# {subject}

The network returns {form.describe()}. Of its activations, found by {found.found_by},
{len(found.layers)} with {found.n_units:,} units can be measured.

One image takes {n_flops:,} FLOPs: floating-point operations of convolutions and products of matrices, as torch counts
them, 2 for each multiply-add. Those of a layer are all since the layer above it. A shape is that of an activation for n
images; every axis but those of the images and of the units is reduced to one number.

{markdown_table([_row(*one).items() for one in zip(found.layers, flops, strict=True)], n_text=3)}
## Not measured

{gaps}"""


def _row(info: ActivationInfo, flops: int) -> dict[str, str]:
    shape = [*map(str, info.shape)]
    shape.insert(info.sample_axis, "n")
    return {
        "layer": info.name,
        "kind": info.kind,
        "shape": " x ".join(shape),
        "units": str(info.n_units),
        "unit axis": str(info.unit_axis),
        "FLOPs": f"{flops:,}",
    }
