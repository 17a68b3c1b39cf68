"""The results of the campaign, as a table for the documents."""

import os
from dataclasses import dataclass
from pathlib import Path

#: Names the file that the table is written to.
VARIABLE = "OCFS2_FAULT_REPORT"
_TITLES = ("Scenario", "The run", "The LUN then", "Named as next", "Verdict", "Seconds")


@dataclass
class FaultRow:
    """What became of one scenario."""

    scenario: str
    run: str = ""
    left: str = ""
    named: str = ""
    verdict: str = "FAILED"
    seconds: float = 0.0

    def cells(self):
        return (
            f"``{self.scenario}``",
            *(self.run or "-", self.left or "-", self.named or "-", self.verdict),
            f"{self.seconds:.0f}",
        )


def write(rows):
    """Write the table to where the environment says, if it does."""
    path = os.environ.get(VARIABLE)
    if path and rows:
        Path(path).write_text(table([_TITLES, *(row.cells() for row in rows)]))


def table(lines):
    """Lines of cells as a simple table of reStructuredText, the first of them its head."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = "  ".join("=" * width for width in widths)
    text = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([rule, text[0], rule, *text[1:], rule]) + "\n"
