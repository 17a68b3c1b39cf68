"""
What has changed between two statuses of a cluster, for somebody who watches it.
"""

from ocfs2lib.status import data


def change_lines(before, now):
    """
    Return what differs between two moments, as lines that begin with ``+`` (new) or ``-`` (gone).

    before, now
        What :func:`status.data.status_data` returned.
    """
    found = []
    for minion, new in now["nodes"].items():
        old = before["nodes"].get(minion)
        if old and _node(old) != _node(new):
            found.append(f"+ {minion}: {_node(new)} (was: {_node(old)})")
    old, new = ({_finding(each): None for each in status["findings"]} for status in (before, now))
    found += [f"+ {each}" for each in new if each not in old]
    return found + [f"- {each}" for each in old if each not in new]


def _node(row):
    if not row["answers"]:
        return "no answer"
    up, total = data.connections_up(row)
    luns = [f"{key} {cell['state']}" for key, cell in row["luns"].items()]
    return ", ".join([row["cluster"], f"{up}/{total} connections", *luns])


def _finding(finding):
    where = [*finding["nodes"], *([f"LUN {finding['lun']}"] if finding["lun"] else [])]
    return f"{finding['severity'].upper()} {', '.join(where) or 'cluster'}: {finding['what']}"
