"""An assignment: what a student reads and fills in, and the solution."""

from __future__ import annotations

from dataclasses import dataclass

from nn.teach.outlets.wheel import INSTALL, Wheel

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"  # as nbgrader marks them
STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")  # what it puts in their place


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What one outlet or another is to hand out and to score.

    Attributes:
        name: of the file, without suffix, and of nbgrader's assignment.
        title: for people.
        intro: what it is about, in Markdown.
        parts: what to do, part after part, in Markdown.
        code: what there is to fill in, with the solution between marks.
        names: the classes and functions that are checked.
        check: what a student writes in the notebook to check it there.
        points: what can be reached.
    """

    name: str
    title: str
    intro: str
    parts: tuple[str, ...]
    code: str
    names: tuple[str, ...]
    check: str
    points: float

    @property
    def template(self) -> str:
        """The code for the student, without the solution."""
        lines, inside = [], False
        for line in self.code.splitlines():
            if line.strip() == BEGIN:
                indent = line[: -len(BEGIN)]
                lines += [indent + stub for stub in STUB]
            inside = line.strip() == BEGIN or (inside and line.strip() != END)
            if not inside and line.strip() != END:
                lines.append(line)
        return "\n".join(lines) + "\n"

    @property
    def solution(self) -> str:
        """The code as it should be in the end."""
        kept = [line for line in self.code.splitlines() if line.strip() not in (BEGIN, END)]
        return "\n".join(kept) + "\n"

    @property
    def command(self) -> str:
        """What checks a file of it at the command line, without the file."""
        names = f" --names {','.join(self.names)}" if len(self.names) > 1 else ""
        return f"glassgrad teach check{names}"

    @property
    def instructions(self) -> str:
        """All texts as one page, for a file to fill in."""
        how = f"## Check it\n\n```bash\n{self.command} {self.name}.py\n```"
        return "\n\n".join([f"# {self.title}", self.intro, *self.parts, how]) + "\n"

    def explained(self, readme: str, wheel: Wheel) -> str:
        """Return a teacher's README with what it says of this assignment and of glassgrad."""
        return readme.format(
            title=self.title,
            name=self.name,
            points=self.points,
            command=self.command,
            wheel=wheel.name,
            install=INSTALL.format(wheel=wheel.name),
        )
