"""The table of diagnoses: of each id, what it is about, and how much it says.

To add one: a row here, its sentences in messages.json, and the rule that finds it, whose answer is
`answer("its_id", ...)` or a Finding. Rules about one wrong gradient stand in diagnosis.py (what can
be seen in its numbers) and hypotheses.py (what must be tried out); the first one that fits decides,
and `diagnose` has their order, from sure to vague. A mistake that it must name goes into
tests/mistakes/.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, IntEnum, auto
from typing import Any, NamedTuple


class About(Flag):
    """What has the mistake: a method of a module, an optimizer, an initializer, a loop."""

    FORWARD = auto()
    BACKWARD = auto()
    OPTIMIZER = auto()
    INITIALIZER = auto()
    TRAINING_LOOP = auto()
    MODULE = FORWARD | BACKWARD
    ANYTHING = MODULE | OPTIMIZER | INITIALIZER | TRAINING_LOOP


class Says(IntEnum):
    """How much a diagnosis says. Where there are two for one wrong gradient, the one that says
    more is given."""

    NOTHING = 0  # only that the numbers differ
    SOMETHING = 1
    ENOUGH = 2  # what else is seen does not matter


FORWARD, BACKWARD, MODULE, ANYTHING = About.FORWARD, About.BACKWARD, About.MODULE, About.ANYTHING
OPTIMIZER, INITIALIZER = About.OPTIMIZER, About.INITIALIZER
TRAINING_LOOP = About.TRAINING_LOOP
NOTHING, SOMETHING, ENOUGH = Says


@dataclass(frozen=True)
class Diagnosis:
    """One row of the table."""

    id: str
    about: About
    says: Says = SOMETHING


_ROWS = (
    Diagnosis("raises", ANYTHING),
    Diagnosis("raises_inside", ANYTHING),
    Diagnosis("raises_self", ANYTHING),
    Diagnosis("raises_name", ANYTHING),
    Diagnosis("raises_no_result", ANYTHING),
    Diagnosis("raises_unbound", ANYTHING),
    Diagnosis("raises_attribute", ANYTHING),
    Diagnosis("raises_wrong_kind", ANYTHING),
    Diagnosis("raises_other_word", ANYTHING),
    Diagnosis("raises_no_method", ANYTHING),
    Diagnosis("raises_data", ANYTHING),
    Diagnosis("raises_truth", ANYTHING),
    Diagnosis("raises_larger", ANYTHING),
    Diagnosis("raises_none", ANYTHING),
    Diagnosis("raises_not_many", ANYTHING),
    Diagnosis("raises_zero", ANYTHING),
    Diagnosis("raises_in_place", ANYTHING),
    Diagnosis("raises_grad", ANYTHING),
    Diagnosis("raises_fraction", ANYTHING),
    Diagnosis("raises_list", ANYTHING),
    Diagnosis("raises_join", ANYTHING),
    Diagnosis("raises_iterator", ANYTHING),
    Diagnosis("raises_renamed", ANYTHING),
    Diagnosis("raises_call", ANYTHING),
    Diagnosis("raises_argument_call", ANYTHING),
    Diagnosis("raises_no_list", ANYTHING),
    Diagnosis("raises_second_argument", ANYTHING),
    Diagnosis("raises_not_called", ANYTHING),
    Diagnosis("raises_number", ANYTHING),
    Diagnosis("raises_power", ANYTHING),
    Diagnosis("raises_builtin", ANYTHING),
    Diagnosis("raises_flatten", ANYTHING),
    Diagnosis("raises_float_chosen", ANYTHING),
    Diagnosis("raises_float", ANYTHING),
    Diagnosis("raises_assertion", ANYTHING),
    Diagnosis("raises_sizes", ANYTHING),
    Diagnosis("raises_axes", ANYTHING),
    Diagnosis("raises_ragged", ANYTHING),
    Diagnosis("raises_tuple", ANYTHING),
    Diagnosis("raises_dict", ANYTHING),
    Diagnosis("raises_join_dicts", ANYTHING),
    Diagnosis("raises_grows", ANYTHING),
    Diagnosis("raises_pair_index", ANYTHING),
    Diagnosis("raises_name_index", ANYTHING),
    Diagnosis("raises_mask", ANYTHING),
    Diagnosis("raises_einsum", ANYTHING),
    Diagnosis("raises_unhashable", ANYTHING),
    Diagnosis("raises_empty", ANYTHING),
    Diagnosis("raises_no_function", ANYTHING),
    Diagnosis("raises_not_numbers", ANYTHING),
    Diagnosis("raises_one_size", ANYTHING),
    Diagnosis("raises_bounds", ANYTHING),
    Diagnosis("raises_no_place", ANYTHING),
    Diagnosis("raises_several", ANYTHING),
    Diagnosis("raises_step", ANYTHING),
    Diagnosis("raises_stretched", ANYTHING),
    Diagnosis("raises_into", ANYTHING),
    Diagnosis("raises_no_numbers", ANYTHING),
    Diagnosis("raises_first_time", ANYTHING),
    Diagnosis("raises_reshape", ANYTHING),
    Diagnosis("raises_same_order", ANYTHING),
    Diagnosis("raises_meeting", ANYTHING),
    Diagnosis("raises_shapes", ANYTHING),
    Diagnosis("raises_side_by_side", ANYTHING),
    Diagnosis("raises_product", ANYTHING),
    Diagnosis("raises_in_call", ANYTHING),
    Diagnosis("raises_flattened", ANYTHING),
    Diagnosis("raises_lost_axis", ANYTHING),
    Diagnosis("raises_turned", ANYTHING),
    Diagnosis("raises_unpack", ANYTHING),
    Diagnosis("raises_read_only", ANYTHING),
    Diagnosis("raises_whole", ANYTHING),
    Diagnosis("raises_recursion", ANYTHING),
    Diagnosis("raises_key", ANYTHING),
    Diagnosis("raises_count", ANYTHING),
    Diagnosis("raises_twice", ANYTHING),
    Diagnosis("endless", ANYTHING),
    Diagnosis("dtype_not_numbers", MODULE | INITIALIZER),
    Diagnosis("not_finite", MODULE | INITIALIZER),
    Diagnosis("returns_nothing", MODULE),
    Diagnosis("returns_list", MODULE),
    Diagnosis("returns_list_pair", BACKWARD),
    Diagnosis("gradient_list", BACKWARD),
    Diagnosis("gradient_none", BACKWARD),
    Diagnosis("returns_tensor", MODULE),
    Diagnosis("dtype_float32", MODULE),
    Diagnosis("dtype_float16", MODULE),
    Diagnosis("changes_input", MODULE),
    Diagnosis("changes_parameter", MODULE),
    Diagnosis("replaces_parameter", MODULE),
    Diagnosis("reorders_parameters", MODULE),
    Diagnosis("raises_for_batch", MODULE),
    Diagnosis("loops", MODULE),
    Diagnosis("test_phase_not_identity", MODULE),
    Diagnosis("test_phase_value", MODULE),
    Diagnosis("stale_batch", MODULE),
    Diagnosis("old_parameters", MODULE),
    Diagnosis("forward_not_repeatable", FORWARD),
    Diagnosis("examples_mixed", FORWARD),
    Diagnosis("forward_shape", FORWARD),
    Diagnosis("forward_value", FORWARD),
    Diagnosis("forward_opposite", FORWARD),
    Diagnosis("forward_ratio", FORWARD),
    Diagnosis("forward_rounds", FORWARD),
    Diagnosis("forward_elsewhere", FORWARD),
    Diagnosis("overflow", FORWARD),
    Diagnosis("not_finite_together", FORWARD),
    Diagnosis("running_value", FORWARD),
    Diagnosis("returns_not_pair", BACKWARD),
    Diagnosis("returns_exchanged", BACKWARD),
    Diagnosis("dx_missing", BACKWARD),
    Diagnosis("dx_count", BACKWARD),
    Diagnosis("dx_order", BACKWARD),
    Diagnosis("whole_numbers", BACKWARD),
    Diagnosis("grads_none", BACKWARD),
    Diagnosis("grads_not_dict", BACKWARD),
    Diagnosis("keys_missing", BACKWARD),
    Diagnosis("keys_unknown", BACKWARD),
    Diagnosis("shape", BACKWARD),
    Diagnosis("shape_picked", BACKWARD),
    Diagnosis("shape_outer", BACKWARD),
    Diagnosis("shape_formula", BACKWARD),
    Diagnosis("shape_transposed", BACKWARD),
    Diagnosis("shape_of_output", BACKWARD),
    Diagnosis("shape_lost_axis", BACKWARD),
    Diagnosis("shape_extra_axis", BACKWARD),
    Diagnosis("shape_one_for_many", BACKWARD),
    Diagnosis("shape_number", BACKWARD),
    Diagnosis("shape_batch_axis", BACKWARD),
    Diagnosis("changes_dy", BACKWARD),
    Diagnosis("changes_cache_elsewhere", BACKWARD),
    Diagnosis("cache_not_given_back", BACKWARD),
    Diagnosis("kept_in_attribute", BACKWARD),
    Diagnosis("kept_outside_cache", BACKWARD),
    Diagnosis("cache_not_renewed", BACKWARD),
    Diagnosis("backward_not_repeatable", BACKWARD),
    Diagnosis("backward_accumulates", BACKWARD),
    Diagnosis("not_zero_for_zero", BACKWARD),
    Diagnosis("not_linear", BACKWARD),
    Diagnosis("cache_empty", BACKWARD),
    Diagnosis("all_zero", BACKWARD, ENOUGH),
    Diagnosis("opposite_sign", BACKWARD, ENOUGH),
    Diagnosis("transposed", BACKWARD),
    Diagnosis("uses_transposed", BACKWARD),
    Diagnosis("ratio", BACKWARD, ENOUGH),
    Diagnosis("ratio_batch", BACKWARD, ENOUGH),
    Diagnosis("ratio_batch_twice", BACKWARD, ENOUGH),
    Diagnosis("ratio_batch_rows", BACKWARD, ENOUGH),
    Diagnosis("ratio_batch_inverse", BACKWARD, ENOUGH),
    Diagnosis("ratio_features", BACKWARD, ENOUGH),
    Diagnosis("ratio_features_inverse", BACKWARD, ENOUGH),
    Diagnosis("ratio_two", BACKWARD, ENOUGH),
    Diagnosis("ratio_half_features", BACKWARD, ENOUGH),
    Diagnosis("ratio_two_features", BACKWARD, ENOUGH),
    Diagnosis("ratio_half", BACKWARD, ENOUGH),
    Diagnosis("ratio_log", BACKWARD, ENOUGH),
    Diagnosis("ratio_keep", BACKWARD, ENOUGH),
    Diagnosis("ratio_keep_twice", BACKWARD, ENOUGH),
    Diagnosis("ignores_dy", BACKWARD),
    Diagnosis("only_last_example", BACKWARD, ENOUGH),
    Diagnosis("only_first_example", BACKWARD, ENOUGH),
    Diagnosis("examples_missing", BACKWARD, ENOUGH),
    Diagnosis("examples_unequal", BACKWARD),
    Diagnosis("is_dy", BACKWARD),
    Diagnosis("at_output", BACKWARD),
    Diagnosis("diagonal", BACKWARD),
    Diagnosis("squares_dy", BACKWARD),
    Diagnosis("flipped", BACKWARD),
    Diagnosis("uses_flipped", BACKWARD),
    Diagnosis("permuted_axes", BACKWARD),
    Diagnosis("ratio_is_input", BACKWARD, ENOUGH),
    Diagnosis("ratio_is_output", BACKWARD, ENOUGH),
    Diagnosis("ratio_is_one_minus_output", BACKWARD, ENOUGH),
    Diagnosis("ratio_is_slope", BACKWARD, ENOUGH),
    Diagnosis("ratio_is_parameter", BACKWARD, ENOUGH),
    Diagnosis("ratio_per_column", BACKWARD, ENOUGH),
    Diagnosis("ratio_per_row", BACKWARD, ENOUGH),
    Diagnosis("slope_of_another", BACKWARD),
    Diagnosis("slope_wrong", BACKWARD),
    Diagnosis("all_equal", BACKWARD),
    Diagnosis("equal_along_axis", BACKWARD),
    Diagnosis("missing_elements", BACKWARD),
    Diagnosis("extra_elements", BACKWARD),
    Diagnosis("zeros_exchanged", BACKWARD),
    Diagnosis("rows_do_not_cancel", BACKWARD),
    Diagnosis("columns_do_not_cancel", BACKWARD),
    Diagnosis("overwritten", BACKWARD),
    Diagnosis("repeated_index", BACKWARD, ENOUGH),
    Diagnosis("contributions_missing", BACKWARD),
    Diagnosis("wrong_dy_reached", BACKWARD),
    Diagnosis("only_last_layer_right", BACKWARD),
    Diagnosis("inner_not_run", BACKWARD, ENOUGH),
    Diagnosis("inner_other_memory", BACKWARD),
    Diagnosis("inner_same_memory", BACKWARD),
    Diagnosis("inner_exchanged_memory", BACKWARD),
    Diagnosis("inner_wrong_dy", BACKWARD),
    Diagnosis("inner_wrong", BACKWARD),
    Diagnosis("inner_put_together", BACKWARD),
    Diagnosis("same_numbers_elsewhere", BACKWARD),
    Diagnosis("of_another", BACKWARD),
    Diagnosis("close_but_not_equal", BACKWARD),
    Diagnosis("known_formula", BACKWARD),
    Diagnosis("reshaped_matrix", BACKWARD),
    Diagnosis("missing_piece", BACKWARD),
    Diagnosis("unknown", BACKWARD, NOTHING),
    Diagnosis("opt_wrong_direction", OPTIMIZER),
    Diagnosis("opt_new_array", OPTIMIZER),
    Diagnosis("opt_changes_gradient", OPTIMIZER),
    Diagnosis("opt_first_step_only", OPTIMIZER),
    Diagnosis("opt_later_steps", OPTIMIZER),
    Diagnosis("opt_one_late", OPTIMIZER),
    Diagnosis("opt_second_parameter", OPTIMIZER),
    Diagnosis("opt_setting_changes", OPTIMIZER),
    Diagnosis("opt_first_memory", OPTIMIZER),
    Diagnosis("opt_ratio", OPTIMIZER),
    Diagnosis("opt_ratio_of_each", OPTIMIZER),
    Diagnosis("opt_scale", OPTIMIZER),
    Diagnosis("opt_decay_sign", OPTIMIZER),
    Diagnosis("opt_tiny_gradients", OPTIMIZER),
    Diagnosis("opt_not_finite", OPTIMIZER),
    Diagnosis("opt_wrong", OPTIMIZER),
    Diagnosis("opt_nothing_moves", OPTIMIZER),
    Diagnosis("opt_some_stay", OPTIMIZER),
    Diagnosis("opt_zero_gradient", OPTIMIZER),
    Diagnosis("init_mean", INITIALIZER),
    Diagnosis("init_std", INITIALIZER),
    Diagnosis("init_all_zero", INITIALIZER),
    Diagnosis("init_all_equal", INITIALIZER),
    Diagnosis("init_shape", INITIALIZER),
    Diagnosis("init_distribution", INITIALIZER),
    Diagnosis("init_repeats", INITIALIZER),
    Diagnosis("init_square_only", INITIALIZER),
    Diagnosis("loop_accumulates", TRAINING_LOOP),
    Diagnosis("loop_pairs_broken", TRAINING_LOOP),
    Diagnosis("loop_order_repeats", TRAINING_LOOP),
    Diagnosis("loop_examples_missing", TRAINING_LOOP),
    Diagnosis("loop_examples_twice", TRAINING_LOOP),
    Diagnosis("loop_mean_of_means", TRAINING_LOOP),
    Diagnosis("loop_means_ratio", TRAINING_LOOP),
    Diagnosis("loop_history_ratio", TRAINING_LOOP),
    Diagnosis("loop_last_batch", TRAINING_LOOP),
    Diagnosis("loop_no_gradient_at_step", TRAINING_LOOP),
    Diagnosis("loop_wrong_order_of_calls", TRAINING_LOOP),
    Diagnosis("loop_few_steps", TRAINING_LOOP),
    Diagnosis("loop_mode", TRAINING_LOOP),
    Diagnosis("loop_wrong_gradient", TRAINING_LOOP),
    Diagnosis("loop_epochs", TRAINING_LOOP),
    Diagnosis("loop_batch_size", TRAINING_LOOP),
    Diagnosis("loop_history", TRAINING_LOOP),
)
DIAGNOSES = {row.id: row for row in _ROWS}


class Answer(NamedTuple):
    """What a rule says of some numbers: the id of a diagnosis, and what fills its message.

    is_product: whether it is a formula that is a matrix product, as a layer's right gradients are
    """

    id: str
    details: dict[str, Any]
    is_product: bool = False


def diagnosis(id: str) -> Diagnosis:
    """The row of this id; refuses one that the table does not have."""
    if id not in DIAGNOSES:
        raise ValueError(f"{id!r} is not in the table of diagnoses, edunn/checking/diagnoses.py")
    return DIAGNOSES[id]


def answer(id: str, **details: Any) -> Answer:
    """An Answer with a diagnosis of the table."""
    return Answer(diagnosis(id).id, details)
