"""One design for every page of results: a base, its look, its script and the parts of a page."""

from __future__ import annotations

import base64
import inspect
import re
from importlib import resources
from pathlib import Path
from typing import Any

PERCENT = re.compile(r"(\d) %")
"""A number and its sign, which no line's end shall part."""
QUANTITY = re.compile(r"(?<=\d) (?=(?:%|1/s|m²/s|[µun]m|mAh/g|V|[MG]Pa)(?!\w))| (?== )|(?<==) ")
"""The spaces inside ``R = 3 µm``, which a headline keeps on one line as well."""


def render(sections: str, *, live: str = "", **context: Any) -> str:
    """A page as text: the base around what the template ``sections`` says.

    Both get ``context``; the base needs ``title``, ``subtitle``, ``answer``, ``lines`` (one of
    :func:`verdict_line` each), ``cautions`` and ``hero``, the picture of the first screen.
    ``live`` is JSON of what the script draws in its place, without any ``<``.
    """
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        loader=jinja2.FunctionLoader(text_of),
    )
    contents: list[tuple[str, str]] = []
    body = environment.get_template(sections).render(contents=contents, **context)
    text = environment.get_template("base.html").render(
        look=Markup(text_of("look.css")),
        script=Markup(text_of("report.js")),
        live_script=Markup(text_of("live.js")),
        sections=Markup(body),
        contents=contents,
        live=Markup(live),
        **{"following": (), "rests": "", **context, "answer": unbroken(context["answer"])},
    )
    said, script, code = text.partition("<script")
    return PERCENT.sub("\\1\N{NO-BREAK SPACE}%", said) + script + code


def unbroken(text: str) -> str:
    """A headline in which no quantity is parted at a line's end.

    >>> unbroken("D at R = 3 µm is 2 m²/s").replace("\N{NO-BREAK SPACE}", "_")
    'D at R_=_3_µm is 2_m²/s'
    """
    return QUANTITY.sub("\N{NO-BREAK SPACE}", text)


def text_of(name: str) -> str:
    """A file of this package: a template, the look or the script that all pages share."""
    return resources.files("particle_sim.report").joinpath(name).read_text("utf-8")


def embedded(path: Path) -> str:
    """A picture as data of a page."""
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def picture(folder: Path, name: str, caption: str) -> dict[str, Any]:
    """A figure of the folder as its page shows it."""
    files = [f"{name}.{kind}" for kind in ("png", "svg", "csv")]
    return {
        "name": name,
        "caption": caption,
        "data": embedded(folder / files[0]),
        "files": [file for file in files if (folder / file).is_file()],
    }


def verdict_line(
    mark: str, text: str, *, kind: str = "plain", anchor: str = "", beside: str = ""
) -> dict[str, str]:
    """A line of the first screen: what is marked how, where it is told whole, and what is beside.

    >>> verdict_line("supported", "A is stressed less.", kind="supported")["kind"]
    'supported'
    """
    return {"mark": mark, "text": text, "kind": kind, "anchor": anchor, "beside": beside}


def caption_of(figure: Any) -> str:
    """What the docstring of a figure says, in one line, with squares as readers write them."""
    return " ".join((inspect.getdoc(figure) or "").split()).replace("^2", "²")
