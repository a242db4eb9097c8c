"""The ending of unknown-name sentences, and errors with several problems."""

from __future__ import annotations

from particle_sim.errors import ConvergenceError, InputError, closest


def test_closest_names_come_first() -> None:
    assert closest("nvpp", ["he_v", "nvp"]) == "did you mean nvp?"
    assert closest("diffusivty", ["density", "diffusivity"]).startswith("did you mean diffusivity")


def test_at_most_three_names() -> None:
    names = ["value_a", "value_b", "value_c", "value_d", "value_e"]
    assert closest("value", names).count(" or ") == 2


def test_without_a_near_name_all_are_listed_in_order() -> None:
    assert closest("zzz", ["sphere", "cylinder"]) == "choose from cylinder, sphere."


def test_input_error_keeps_every_problem() -> None:
    error = InputError("first.", "second.")
    assert error.problems == ("first.", "second.")
    assert str(error) == "first.\nsecond."


def test_convergence_error_carries_the_last_state() -> None:
    error = ConvergenceError("stuck", last_state=7, residuals=(1.0, 2.0))
    assert (str(error), error.last_state, error.residuals) == ("stuck", 7, (1.0, 2.0))
