"""
What the runner of this formula says, as the lines a person reads; ``--out=json`` shows all of it.
"""


def output(data, **kwargs):
    """
    The lines of every cluster.

    data
        What a function of the ``ocfs2`` runner returned.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2.status
    """
    if not isinstance(data, dict) or "clusters" not in data:
        return str(data)
    return "\n\n".join("\n".join(each["lines"]) for each in data["clusters"].values())
