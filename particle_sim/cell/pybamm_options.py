"""Does one of our PyBaMM sets hold what PyBaMM's options ask for, and if not, what is missing?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.pybamm_sets import FULL_CELL_ENDING, parameter_set
from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError, one_line

Options = Mapping[str, str | tuple[str, str]]

_MISSING = re.compile(r"'(?:Parameter ')?(.+?)'+ not found")
_PLACEHOLDER = 1.0
_MOST = 40
"""Entries that are looked for; the hungriest option asks for seven."""


@arguments_checked
def check_options(name: str, options: Options, *, model: str = "SPM") -> None:
    """Refuse options of PyBaMM's ``lithium_ion`` models that the set ``name`` cannot serve.

    The model is built and not solved; its options are those of PyBaMM, and a half cell's
    ``working electrode`` is added. Raises :class:`InputError` that names every missing entry, or
    says why PyBaMM itself refuses.

    >>> check_options("nvp", {"thermal": "lumped", "surface form": "differential"})
    >>> check_options("nvp", {"intercalation kinetics": "Marcus"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    particle_sim.errors.InputError: The set nvp has no Positive electrode reorganization energy ...
    """
    missing = lacking(name, options, model=model)
    if missing:
        raise InputError(
            f"The set {name} has no {', '.join(missing)}, which nobody measured of it; give "
            "values of your own to pybamm.ParameterValues, or leave the option out."
        )


def lacking(name: str, options: Options, *, model: str = "SPM") -> tuple[str, ...]:
    """Entries that the options ask for and the set ``name`` has not, under PyBaMM's names."""
    pybamm = import_pybamm()
    values = pybamm.ParameterValues(parameter_set(name)())
    try:
        built = model_with(name, options, model=model)
        missing: list[str] = []
        while len(missing) < _MOST:
            entry = _asked_for(built, values)
            if entry is None:
                break
            missing.append(entry)
            values.update({entry: _PLACEHOLDER}, check_already_exists=False)
    except _refusals(pybamm) as error:
        raise InputError(
            f"PyBaMM's {model} refuses these options of the set {name}: "
            f"{one_line(str(error), 200)}; leave one of them out."
        ) from None
    return tuple(missing)


def _refusals(pybamm: Any) -> tuple[type[Exception], ...]:
    """What PyBaMM says no with while it builds: an option, a model's parts, its geometry."""
    return (
        pybamm.OptionError,
        pybamm.ModelError,
        pybamm.GeometryError,
        pybamm.DomainError,
        pybamm.DiscretisationError,
        pybamm.ShapeError,
        NotImplementedError,
        AttributeError,
        NameError,
    )


def model_with(name: str, options: Options, *, model: str = "SPM") -> Any:
    """PyBaMM's model for the set ``name``, a half cell's against metal."""
    half = {} if name.endswith(FULL_CELL_ENDING) else {"working electrode": "positive"}
    return getattr(import_pybamm().lithium_ion, model)({**half, **options})


def _asked_for(model: Any, values: Any) -> str | None:
    """The first entry that is missing, none where the model can be built."""
    try:
        import_pybamm().Simulation(model, parameter_values=values).build()
    except KeyError as error:
        found = _MISSING.search(str(error).replace("\\", ""))
        if found is None:
            raise
        return found.group(1)
    except ZeroDivisionError:
        return None
    return None
