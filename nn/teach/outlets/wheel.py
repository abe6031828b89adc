"""Packs the glassgrad that is running as a wheel, for a grader without a network."""

from __future__ import annotations

import base64
import io
import zipfile
from functools import cache
from hashlib import sha256
from importlib import import_module, metadata
from pathlib import Path
from typing import NamedTuple

PACKAGES = ("engine", "nn")
INSTALL = """\
## Install glassgrad

`{wheel}` is the glassgrad that made this export. With a network,
`pip install {wheel}` also installs the packages that it uses. Without one,

```bash
pip install --no-index --no-deps {wheel}
```

is enough for the check, which needs nothing but Python 3.10 or later.
"""
TAG = "Wheel-Version: 1.0\nGenerator: glassgrad\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


class Wheel(NamedTuple):
    """A file that pip installs.

    Attributes:
        name: of the file.
        content: of the file.
    """

    name: str
    content: bytes


@cache
def wheel() -> Wheel:
    """Return glassgrad as a wheel; the same glassgrad is always the same bytes.

    Raises:
        ModuleNotFoundError: glassgrad is not installed, so that its version and licence are not
            known.

    References:
        PEP 427, The Wheel Binary Package Format.
    """
    try:
        installed = metadata.distribution("glassgrad")
    except metadata.PackageNotFoundError:
        raise ModuleNotFoundError(
            "an export carries glassgrad as it is installed, and it runs from its source; "
            "pip install -e . in its folder"
        ) from None
    info = f"glassgrad-{installed.version}.dist-info"
    contents = dict(sorted(modules().items()))
    about = installed.read_text("METADATA") or installed.read_text("PKG-INFO") or ""
    contents[f"{info}/METADATA"] = about.encode()
    contents[f"{info}/entry_points.txt"] = (installed.read_text("entry_points.txt") or "").encode()
    for path in installed.files or []:
        if path.name == "LICENSE":
            contents[f"{info}/licenses/LICENSE"] = path.read_binary()
    contents[f"{info}/WHEEL"] = TAG.encode()
    record = f"{info}/RECORD"
    lines = [f"{name},{digest(data)},{len(data)}" for name, data in contents.items()]
    contents[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    return Wheel(f"glassgrad-{installed.version}-py3-none-any.whl", zipped(contents))


def modules() -> dict[str, bytes]:
    """Return the files of the packages by path, without what Python has compiled."""
    found = {}
    for package in PACKAGES:
        folder = Path(str(import_module(package).__file__)).parent
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                found[f"{package}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    return found


def digest(data: bytes) -> str:
    """Return the hash of a file as RECORD wants it."""
    code = base64.urlsafe_b64encode(sha256(data).digest()).rstrip(b"=")
    return f"sha256={code.decode()}"


def zipped(contents: dict[str, bytes], *, programs: tuple[str, ...] = ()) -> bytes:
    """Return files as a zip, each of them as of 1980, so that equal files make equal bytes.

    Args:
        contents: by path.
        programs: the paths of those that can be run.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if name in programs else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return packed.getvalue()
