"""
What the runner of this formula says, as the lines a person reads; ``--out=json`` shows all of it.
"""


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
        return "\n".join(data["lines"])
    return "\n\n".join("\n".join(each["lines"]) for each in data["clusters"].values())
