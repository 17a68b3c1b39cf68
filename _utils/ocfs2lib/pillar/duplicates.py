"""Find entries of one table that share what belongs to one of them alone."""

from ocfs2lib.pillar.problem import Problem
from ocfs2lib.text import shown


def problems(good, table, get, what, fix):
    """Yield a Problem for every entry of ``table`` with the value of an earlier one.

    ``get`` returns the value as it is compared, or None; ``fix`` is a text or a
    function of nothing that returns it."""
    first = {}
    for name, entry in good.get(table, {}).items():
        value = get(entry)
        if value is None:
            continue
        if value in first:
            yield Problem(
                f"ocfs2:{table}:{name}:{what}",
                f"{shown(value)} is that of ocfs2:{table}:{first[value]} already",
                fix() if callable(fix) else fix,
            )
        first.setdefault(value, name)
