"""
What the runner of this formula says, as the lines a person reads; ``--out=json`` shows all of it.
"""

from ocfs2lib.status import table


def output(data, **kwargs):
    """
    The lines of the answer, or of every cluster in it.

    data
        What a function of the ``ocfs2`` runner returned.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.status
    """
    if not isinstance(data, dict) or not data.keys() & {"clusters", "lines"}:
        return str(data)
    if "lines" in data:
        return _text(data["lines"])
    return "\n\n".join(_text(each["lines"]) for each in data["clusters"].values())


def _text(lines):
    # Salt has settled by now whether standard output is a terminal that has colours.
    return "\n".join(map(table.coloured, lines) if __opts__.get("color") else lines)
