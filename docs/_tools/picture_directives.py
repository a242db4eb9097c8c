"""Sphinx extension: ``{picture}`` shows one of ``pictures.toml``, ``{gallery}`` all of them."""

from __future__ import annotations

from docutils import nodes
from pictures import DATA, IMAGES, THEMES, Picture, pictures
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class PictureDirective(SphinxDirective):
    """One picture, light or dark as the page is, with what it shows below it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A figure and its caption."""
        self.env.note_dependency(str(DATA))
        known = pictures()
        if self.arguments[0] not in known:
            raise self.error(f"there is no picture {self.arguments[0]!r} in {DATA.name}")
        picture = known[self.arguments[0]]
        return [_figure(self, picture, [*_inline(self, picture.shows)])]


class GalleryDirective(SphinxDirective):
    """Every picture with the commands that make it."""

    def run(self) -> list[nodes.Node]:
        """A section for each picture."""
        self.env.note_dependency(str(DATA))
        made: list[nodes.Node] = []
        for picture in pictures().values():
            section = nodes.section(ids=[picture.name.replace("_", "-")], names=[picture.name])
            section += nodes.title(text=picture.title)
            section += nodes.paragraph("", "", *_inline(self, picture.shows))
            section += _figure(self, picture, [])
            section += list(_source(self, picture))
            made.append(section)
        return made


def _figure(
    directive: SphinxDirective, picture: Picture, caption: list[nodes.Node]
) -> nodes.figure:
    """Both images, each a link to itself, so that a finger or the keyboard opens it whole."""
    figure = nodes.figure(classes=["picture"])
    up = "../" * directive.env.docname.count("/")
    for theme, file in zip(THEMES, picture.files, strict=True):
        shown = [f"only-{theme}"]
        link = nodes.reference(refuri=f"{up}_images/{file}", classes=shown)
        link += nodes.image(uri=f"/{IMAGES.name}/{file}", alt=picture.title, classes=shown)
        figure += link
    if caption:
        figure += nodes.caption("", "", *caption)
    return figure


def _inline(directive: SphinxDirective, text: str) -> list[nodes.Node]:
    found, _ = directive.parse_inline(text, lineno=directive.lineno)
    return found


def _source(directive: SphinxDirective, picture: Picture) -> list[nodes.Node]:
    """The commands, and how to draw it again; or the page whose code draws it."""
    lines = list(picture.commands)
    if picture.figure:
        folder = lines[-1].split("--out ")[1].split()[0]
        lines.append(f"particle-sim plot {folder} --figure {picture.figure}")
    made: list[nodes.Node] = []
    if lines:
        made.append(nodes.literal_block("\n".join(lines), "\n".join(lines), language="bash"))
    words = f"`python docs/_tools/{picture.script}`" if picture.script else ""
    if picture.page:
        what = "The file that it needs" if lines else "The code"
        words = f"{what} is on [the page](/{picture.page}) that shows it."
    return [*made, nodes.paragraph("", "", *_inline(directive, words))] if words else made


def setup(app: Sphinx) -> dict[str, bool]:
    """Both directives."""
    app.add_directive("picture", PictureDirective)
    app.add_directive("gallery", GalleryDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
