"""Names of torch's functions, by what they do to values and shapes. Sources: the documentation of torch.

Names have no underscores around them, and no `r` or `i` of an operator before them: see `function_name`.
"""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Operators whose arguments are in reversed order, or that write to the first.
REVERSED = _names("""radd rsub rmul rdiv rtruediv rfloordiv rpow rmatmul rmod ror rxor
    iadd isub imul idiv itruediv ifloordiv ipow imatmul imod iand ior ixor""")

# Other names of a function: of Python's operators, or of torch for the same.
SYNONYMS = {"truediv": "div", "floordiv": "floor_divide", "mod": "remainder"}

# Functions whose output has the axes of their broadcast arguments.
ELEMENTWISE = _names("""abs absolute acos acosh add addcdiv addcmul alpha_dropout and arccos arccosh arcsin arcsinh
    arctan arctan2 arctanh asin asinh atan atan2 atanh bfloat16 bitwise_and bitwise_not bitwise_or bitwise_xor bool
    ceil celu channel_shuffle clamp clamp_max clamp_min clip clone contiguous copy copysign cos cosh cpu cuda cumprod
    cumsum data deg2rad detach digamma div divide double dropout dropout1d dropout2d dropout3d elu eq erf erfc erfinv
    exp exp2 expm1 feature_alpha_dropout fill fix float float_power floor floor_divide fmax fmin fmod frac ge gelu
    greater greater_equal gt gumbel_softmax half hardshrink hardsigmoid hardswish hardtanh heaviside hypot int invert
    isclose isfinite isinf isnan ldexp le leaky_relu lerp less less_equal lgamma local_response_norm log log10 log1p
    log2 log_sigmoid log_softmax logaddexp logaddexp2 logcumsumexp logical_and logical_not logical_or logical_xor
    logit long lt masked_fill maximum minimum mish mul multiply nan_to_num native_channel_shuffle ne neg negative
    normalize not_equal or positive pow prelu rad2deg real reciprocal relu relu6 remainder requires_grad resolve_conj
    resolve_neg round rrelu rsqrt selu sgn sigmoid sign signbit silu sin sinc sinh softmax softmin softplus softshrink
    softsign special_erf special_expit sqrt square sub subtract tan tanh tanhshrink threshold to tril triu true_divide
    trunc type type_as where xlogy xor zero""")

# Functions whose output holds the same values in other places, or nothing new at test time: no activations.
REARRANGING = _names("""adjoint alpha_dropout atleast_1d atleast_2d atleast_3d bfloat16 broadcast_tensors broadcast_to
    channel_shuffle chunk clone contiguous copy cpu cuda data detach diagonal double dropout dropout1d dropout2d
    dropout3d dsplit expand expand_as feature_alpha_dropout flatten flip float gather getitem H half hsplit
    index_select mH moveaxis movedim mT narrow native_channel_shuffle pad permute pixel_shuffle pixel_unshuffle
    positive ravel real repeat repeat_interleave requires_grad reshape reshape_as resolve_conj resolve_neg roll rot90
    select setitem split split_with_sizes squeeze swapaxes swapdims t T take_along_dim tensor_split tile to transpose
    type type_as unbind unflatten unfold unsafe_chunk unsafe_split unsqueeze view view_as vsplit""")

# Functions whose output does not depend on the values of their arguments.
CONSTANT = _names("""device dim dtype empty_like full_like is_cuda layout ndim new_empty new_full new_ones new_tensor
    new_zeros numel ones_like rand_like randn_like shape size stride zeros_like""")

# Functions that take from their other arguments only the shape or the type.
SHAPED_LIKE = _names("expand_as reshape_as to type_as view_as")

# Functions that hand values to Python, as control flow does. `bool` and others return tensors, too, elsewhere.
ASKING = _names("allclose array bool equal float index int is_nonzero item numpy tolist")

# Functions whose output has a shape that depends on values.
VALUE_SHAPED = _names("argwhere masked_select nonzero unique unique_consecutive")
