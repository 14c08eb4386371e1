"""On which axis each of torch's functions leaves the units.

Layers that make units say so by how they work: convolutions, batch, group and instance normalisation and pooling have
them on axis 1; a layer normalisation on the axis that it normalises; linear layers, embeddings, recurrent layers and
attention on the last. Functions that move axes carry them along, elementwise functions keep them. For any other
function nothing is known. Sources: the documentation of torch.nn and torch.nn.functional.
"""

import math
from collections.abc import Callable

from rotational_variance.activations.axes import index_rules, moving_rules, unit_rules
from rotational_variance.activations.axes.function_names import ELEMENTWISE
from rotational_variance.activations.axes.layout import Kind, Layout, axis_of
from rotational_variance.activations.axes.torch_call import Call, UnknownLayoutError

Rule = Callable[[Call], Layout | None]

_NAMES_BY_RULE: dict[Rule, str] = {
    unit_rules.at(1): """conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d
        batch_norm group_norm instance_norm fold""",
    unit_rules.pooling: """interpolate grid_sample pixel_shuffle pixel_unshuffle avg_pool1d avg_pool2d avg_pool3d
        lp_pool1d lp_pool2d lp_pool3d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d
        max_pool1d max_pool2d max_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d
        max_pool1d_with_indices max_pool2d_with_indices max_pool3d_with_indices
        adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices adaptive_max_pool3d_with_indices
        fractional_max_pool2d fractional_max_pool3d fractional_max_pool2d_with_indices
        fractional_max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d""",
    unit_rules.at(-1): "linear bilinear gru_cell lstm_cell rnn_tanh_cell rnn_relu_cell",
    unit_rules.recurrent: "rnn_tanh rnn_relu gru lstm",
    unit_rules.embedding: "embedding",
    unit_rules.layer_norm: "layer_norm rms_norm",
    unit_rules.attention: "scaled_dot_product_attention",
    unit_rules.multi_head: "multi_head_attention_forward",
    unit_rules.matmul: "matmul mm bmm",
    unit_rules.einsum: "einsum",
    moving_rules.elementwise: " ".join(ELEMENTWISE),
    moving_rules.reordered: "flip roll index_select",
    moving_rules.reshape: "view reshape flatten unflatten squeeze unsqueeze view_as reshape_as ravel",
    moving_rules.permute: "permute",
    moving_rules.transpose: "transpose swapaxes swapdims",
    moving_rules.swap_last: "mT adjoint mH",
    moving_rules.reverse: "T t",
    moving_rules.movedim: "movedim moveaxis",
    moving_rules.reduce: """mean sum amax amin max min median nanmean nansum std var std_mean var_mean prod norm
        linalg_vector_norm logsumexp argmax argmin any all count_nonzero mode kthvalue quantile""",
    moving_rules.concatenate: "cat concat concatenate",
    moving_rules.stack: "stack",
    moving_rules.same_axes: """pad chunk split tensor_split split_with_sizes narrow glu repeat tile
        repeat_interleave unsafe_chunk unsafe_split hsplit vsplit dsplit""",
    moving_rules.rotate: "rot90",
    moving_rules.expand: "expand expand_as broadcast_to",
    moving_rules.drop_axis: "unbind select",
    moving_rules.unfold: "unfold",
    index_rules.getitem: "getitem",
    index_rules.setitem: "setitem",
}
RULES = {name: rule for rule, names in _NAMES_BY_RULE.items() for name in names.split()}


def layout_after(call: Call) -> Layout | None:
    """Return the layout of a call's output, or None if it is not known."""
    rule = RULES.get(call.name)
    try:
        layout = rule(call) if rule else None
    except (UnknownLayoutError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        layout = None  # of an argument that is not known, or arguments of a form that the rule does not expect
    if layout is not None and tuple(math.prod(factor.size for factor in axis) for axis in layout) == call.output.shape:
        return layout
    # A vector for each sample needs no rule: each of its elements is a unit.
    if call.output.dim() == 2 and len(call.output) == call.n_samples:
        return axis_of(Kind.SAMPLE, call.n_samples), axis_of(Kind.UNIT, call.output.shape[1])
    return None
