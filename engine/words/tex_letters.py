"""Writes any text so that LaTeX prints it, whatever letters are in it."""

from __future__ import annotations

import unicodedata

# fmt: off
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ",
    "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ",
    "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}
MATHS = {  # what has a name in math mode only
    "−": "-", "×": r"\times", "÷": r"\div", "·": r"\cdot", "√": r"\surd", "∂": r"\partial",
    "±": r"\pm", "→": r"\to", "←": r"\leftarrow", "∞": r"\infty", "≤": r"\leq", "≥": r"\geq",
    "≠": r"\neq", "≈": r"\approx", "∑": r"\sum", "∇": r"\nabla", "µ": r"\mu", "⚠": r"\triangle",
    "<": "<", ">": ">", "|": "|",
    **{letter: rf"\{name}" for name, letter in GREEK.items()},
}
ESCAPED = {
    **{letter: rf"\{letter}" for letter in "&%$#_{}"},
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "…": r"\ldots{}", "–": "--", "—": "---", "’": "'", "‘": "`", "“": "``", "”": "''", '"': "''",
    "-": "{-}", "`": "{`}", "'": "{'}", ",": "{,}",  # or two of them in a row join
}
# fmt: on
ACCENTS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327"
SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def escaped(text: str) -> str:
    r"""Return one line of text as LaTeX's text mode prints it, also inside `\text{…}`.

    Letters that LaTeX has no command for are left as they are: see `unknown_letters`.
    """
    return "".join(map(letter_in_text, text))


def letter_in_text(letter: str) -> str:
    """Return a letter for text mode."""
    if letter in ESCAPED:
        return ESCAPED[letter]
    if letter in MATHS:
        return f"${MATHS[letter]}$"
    if (digit := letter.translate(SUBSCRIPTS)) != letter:
        return f"$_{{{digit}}}$"
    if (digit := letter.translate(SUPERSCRIPTS)) != letter:
        return f"$^{{{digit}}}$"
    return letter


def unknown_letters(tex: str) -> list[str]:
    """Return the letters in a file of LaTeX that pdflatex may have no way to print, each once."""
    return sorted({letter for letter in tex if ord(letter) > 126 and not is_latin(letter)})


def is_latin(letter: str) -> bool:
    """Return whether a letter is one that every LaTeX prints: most of those of western Europe."""
    base, *marks = list(unicodedata.normalize("NFD", letter))
    return letter in "ßæÆøØœŒłŁ¡¿£§¶©" or (
        base.isascii() and base.isalpha() and len(marks) == 1 and marks[0] in ACCENTS
    )


def declarations(tex: str) -> list[str]:
    """Return lines for the head of a file by which pdflatex prints what it has no letters for.

    It prints such a letter as its number in a frame, and a mark that joins another one not at all;
    lualatex and xelatex print what the font has.
    """
    lines = []
    for letter in unknown_letters(tex):
        is_mark = unicodedata.category(letter)[0] in "MC"
        shown = "" if is_mark else rf"\fbox{{\tiny {ord(letter):X}}}"
        lines.append(rf"\DeclareUnicodeCharacter{{{ord(letter):04X}}}{{{shown}}}")
    return [r"\ifdefined\DeclareUnicodeCharacter", *lines, r"\fi"] if lines else []
