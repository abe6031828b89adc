"""Turns the formulas of a text in Markdown into MathML, which browsers show without a script."""

from __future__ import annotations

import re

# What is code is tried first: a $ in it is no formula.
CODE_OR_FORMULA = re.compile(
    r"(?P<code>```.*?```|`[^`\n]+`)|\$\$(?P<display>.+?)\$\$|\$(?P<inline>[^$\n]+?)\$", re.DOTALL
)
# Letters of MathML that Markdown would read as its own.
MARKDOWN = {ord(letter): f"&#{ord(letter)};" for letter in "*_[]\\|`~"}


def with_mathml(markdown: str) -> str:
    """Return a text in Markdown with each `$…$` and `$$…$$` as MathML."""
    return CODE_OR_FORMULA.sub(mathml, markdown)


def mathml(found: re.Match[str]) -> str:
    """Return what replaces a piece of code, which stays as it is, or a formula."""
    from latex2mathml.converter import convert

    if found["code"]:
        return found["code"]
    latex, display = found["display"] or found["inline"], "block" if found["display"] else "inline"
    return convert(" ".join(latex.split()), display=display).translate(MARKDOWN)
