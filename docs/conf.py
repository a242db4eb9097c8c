"""Sphinx: ``sphinx-build -W -b html docs build/docs`` makes the site, which needs no network."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import get_origin

os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
os.environ["MPLBACKEND"] = "Agg"
sys.path.insert(0, str(Path(__file__).parent / "_tools"))

project = "particle_sim"
author = "the particle_sim developers"
copyright = author

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "mathml",
    "docstrings",
    "signatures",
    "formulas",
    "keyboard",
    "picture_directives",
]
exclude_patterns = ["_tools", "_build", "**/.ipynb_checkpoints"]
html_math_renderer = "mathml"

os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 900

myst_enable_extensions = ["dollarmath", "deflist", "fieldlist"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_default_options = {"no-value": True}
autodoc_type_aliases = {
    name: name
    for name, value in vars(importlib.import_module("particle_sim.units")).items()
    if get_origin(value) is not None
} | {"Figure": "Figure"}
"""An array is shown as ``Array``, a number with its unit as ``pascal``."""
python_maximum_signature_line_length = 80
add_module_names = False

html_theme = "furo"
html_title = "particle_sim"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"font-stack": "system-ui, sans-serif"},
    "footer_icons": [],
}
