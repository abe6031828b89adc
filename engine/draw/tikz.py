"""Turns the SVG of a picture into TikZ, for slides and papers written in LaTeX."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from engine.draw.svg import colours
from engine.words.tex_letters import declarations, escaped

SVG = "{http://www.w3.org/2000/svg}"
CM = 2.54 / 72  # in a big point
BP = 0.75  # big points in a pixel of CSS
FONT_SIZE = 10 * 1.00375  # of the class's text, in big points
CURVE = 0.5523  # of a quarter of a circle: how far its control points are, in radii
ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
PALETTE = {
    colour: f"gg-{name.lower().replace('_', '-')}"
    for name, colour in vars(colours).items()
    if isinstance(colour, str) and re.fullmatch(r"#[0-9a-f]{6}", colour)
}
LONGEST = 16_000  # big points; TeX knows no length of 16,384 points
COMMAND = re.compile(r"([MLHVCAhz])([^MLHVCAhz]*)")
HEAD = r"""\documentclass[border=3pt]{standalone}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{}
\usepackage{tikz}"""


def tikz_of(svg: str) -> str:
    """Return an SVG as a document of LaTeX, to compile alone or to include with `standalone`.

    Its letters are LaTeX's own sans serif ones. A colour has a name, by which it can be changed.

    Args:
        svg: what `svg_of` returned.

    Raises:
        ValueError: it is larger than TeX can compute with, or has an element that no face has.
    """
    root = ET.fromstring(svg)
    longest = BP * max(float(root.attrib["width"]), float(root.attrib["height"]))
    if longest > LONGEST:
        raise ValueError(
            f"a picture for LaTeX is at most {LONGEST * CM:.0f} cm wide and high, this one has "
            f"{longest * CM:.0f} cm; draw a smaller part, or save as .svg or .pdf"
        )
    body = list(drawn(root, "  "))
    text = "\n".join(body)
    used = {x.get(name, "none") for x in root.iter() for name in ("fill", "stroke")} - {"none"}
    defined = [
        rf"  \definecolor{{{colour_name(colour)}}}{{HTML}}{{{colour[1:].upper()}}}"
        for colour in sorted(used, key=colour_name)
    ]
    about = f"{root.findtext(f'{SVG}title')}\n{root.findtext(f'{SVG}desc') or ''}".strip()
    return "\n".join(
        [
            *(f"% {line}" for line in about.splitlines()),
            HEAD,
            *declarations(text),
            r"\begin{document}",
            # In pixels, downwards, as in the SVG.
            rf"\begin{{tikzpicture}}[x={BP}bp, y=-{BP}bp, inner sep=0pt, font=\sffamily]",
            *defined,  # in the picture: a document that includes it drops what is before
            *body,
            r"\end{tikzpicture}",
            r"\end{document}",
            "",
        ]
    )


def drawn(element: ET.Element, indent: str) -> Iterator[str]:
    """Yield the lines that draw what is in an element."""
    for part in element:
        tag = part.tag.removeprefix(SVG)
        if tag == "g":
            yield from group(part, indent)
        elif tag == "rect":
            yield f"{indent}{options(part)} {rectangle(part)};"
        elif tag == "path":
            yield f"{indent}{options(part)} {path(part.attrib['d'])};"
        elif tag == "text":
            yield f"{indent}{node(part)}"
        elif tag not in ("title", "desc"):
            raise ValueError(f"TikZ is written of rectangles, paths and texts, got <{tag}>")


def group(element: ET.Element, indent: str) -> Iterator[str]:
    """Yield the lines of a group; one that is moved begins with the first text in it."""
    move = re.fullmatch(r"translate\((.*)\)", element.get("transform", ""))
    if move is None:
        yield from drawn(element, indent)
        return
    first = element.find(f".//{SVG}text")
    if first is not None:
        yield f"{indent}% {' '.join(first.itertext())}"
    yield rf"{indent}\begin{{scope}}[shift={{({move[1]})}}]"
    yield from drawn(element, indent + "  ")
    yield rf"{indent}\end{{scope}}"


def options(element: ET.Element) -> str:
    """Return the command for a rectangle or a path, with its colours and lines."""
    found = []
    for name, option in (("fill", "fill"), ("stroke", "draw")):
        colour = element.get(name, "none")
        if colour != "none":
            found.append(f"{option}={colour_name(colour)}")
    if "stroke-width" in element.attrib:
        found.append(f"line width={length(element.attrib['stroke-width'])}")
    if "stroke-dasharray" in element.attrib:
        on, off = map(length, element.attrib["stroke-dasharray"].split())
        found.append(f"dash pattern=on {on} off {off}")
    if "stroke-opacity" in element.attrib:
        found.append(f"draw opacity={element.attrib['stroke-opacity']}")
    if "rx" in element.attrib:
        found.append(f"rounded corners={length(element.attrib['rx'])}")
    return rf"\path[{', '.join(found)}]"


def rectangle(element: ET.Element) -> str:
    """Return the corners of a rectangle."""
    x, y, wide, high = (float(element.get(k, 0)) for k in ("x", "y", "width", "height"))
    return f"{point(x, y)} rectangle {point(x + wide, y + high)}"


def path(commands: str) -> str:
    """Return the commands of a path in SVG as TikZ writes them."""
    parts: list[str] = []
    x = y = 0.0
    for letter, text in COMMAND.findall(commands):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", text)]
        x0, y0 = x, y
        if letter == "z":
            parts.append("-- cycle")
            continue
        x, y = end_of(letter, numbers, x, y)
        if letter == "M":
            parts.append(point(x, y))
        elif letter == "C":
            ends = [point(*numbers[k : k + 2]) for k in (0, 2)]
            parts.append(f".. controls {ends[0]} and {ends[1]} .. {point(x, y)}")
        elif letter == "A":
            first, second = controls(x0, y0, x, y)
            parts.append(f".. controls {first} and {second} .. {point(x, y)}")
        else:
            parts.append(f"-- {point(x, y)}")
    return " ".join(parts)


def end_of(letter: str, numbers: list[float], x: float, y: float) -> tuple[float, float]:
    """Return where a command of a path ends that begins at (x, y)."""
    if letter == "H":
        return numbers[0], y
    if letter == "V":
        return x, numbers[0]
    if letter == "h":
        return x + numbers[0], y
    return numbers[-2], numbers[-1]


def controls(x0: float, y0: float, x: float, y: float) -> tuple[str, str]:
    """Return the control points of a quarter of a circle, which pictures draw clockwise."""
    dx, dy = CURVE * (x - x0), CURVE * (y - y0)
    if dx * dy < 0:  # it begins upwards or downwards
        return point(x0, y0 + dy), point(x - dx, y)
    return point(x0 + dx, y0), point(x, y - dy)


def node(element: ET.Element) -> str:
    """Return a text."""
    size = float(element.attrib["font-size"])
    text = styled(element, element.text or "")
    for part in element:
        gap = rf"\hspace{{{length(part.get('dx', '0'), size / FONT_SIZE * BP)}}}"
        smaller = float(part.get("font-size", size)) / size
        inner = styled(part, part.text or "")
        text += gap + (inner if smaller == 1 else rf"\scalebox{{{smaller:.3g}}}{{{inner}}}")
    where = point(float(element.get("x", 0)), float(element.get("y", 0)))
    return (
        rf"\node[anchor={ANCHORS[element.get('text-anchor', 'start')]}, "
        rf"scale={size * BP / FONT_SIZE:.3f}, text={colour_name(element.attrib['fill'])}] "
        rf"at {where} {{{text}}};"
    )


def styled(element: ET.Element, text: str) -> str:
    """Return a text as bold or slanted as its element says."""
    text = escaped(text)
    if element.get("font-weight") == "700":
        return rf"\textbf{{{text}}}"
    return rf"\textit{{{text}}}" if element.get("font-style") == "italic" else text


def colour_name(code: str) -> str:
    """Return the name of a colour; one that shows how large a gradient is has its code in it."""
    return PALETTE.get(code, f"gg-{code[1:]}")


def length(pixels: str, scale: float = 1.0) -> str:
    """Return a length in big points, before what is around it is scaled by `scale`."""
    return f"{float(pixels) * BP / scale:.3g}bp"


def point(x: float, y: float) -> str:
    """Return a point, in pixels."""
    return f"({x:.6g},{y:.6g})"
