"""Any text for LaTeX: what its text mode prints is escaped, and unknown letters are declared."""

import pytest

from engine.words.tex_letters import declarations, escaped

pytestmark = pytest.mark.core


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("w × x − 1", r"w $\times$ x $-$ 1"),
        ("σ(x)²", r"$\sigma$(x)$^{2}$"),
        ("a & b_1 #2 100%", r"a \& b\_1 \#2 100\%"),
        ("été", "été"),
    ],
)
def test_text_is_escaped(text: str, tex: str) -> None:
    assert escaped(text) == tex


def test_letters_that_pdflatex_may_lack_are_declared_and_others_not() -> None:
    assert declarations("été $x$") == []
    first, *declared, last = declarations("中\u200d中é")
    assert (first, last) == (r"\ifdefined\DeclareUnicodeCharacter", r"\fi")
    assert declared == [
        r"\DeclareUnicodeCharacter{200D}{}",
        r"\DeclareUnicodeCharacter{4E2D}{\fbox{\tiny 4E2D}}",
    ]
