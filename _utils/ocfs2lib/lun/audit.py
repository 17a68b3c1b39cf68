"""
The audit log: one line of JSON for each decision to format or not to, on the master and the node.
"""

import hashlib
import json
import os
import time

#: What a node writes of a format after the last guard has agreed: from then on it may have written.
REACHED = ("granted", "done", "failed")
#: What it writes if mkfs.ocfs2 then failed and has provably written nothing.
UNWRITTEN = "unwritten"
#: Lies beside Salt's own log, on the master and on each minion.
NAME = "ocfs2-audit.log"
#: Where Salt logs to by default.
_DEFAULT = "/var/log/salt"


def directory(log_file):
    """
    Return where logs are kept.

    log_file
        Salt's option of that name; it may be a syslog, such as ``file:///dev/log``.
    """
    return _DEFAULT if "://" in log_file else os.path.dirname(log_file)


def path(log_file):
    """Return where the log is; ``log_file`` as for :func:`directory`."""
    return os.path.join(directory(log_file), NAME)


def now():
    """Return this moment as the ledger and the audit log write it: ``2026-01-31T23:59:59Z``."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def digest(evidence):
    """Return the SHA-256 of what a decision was based on; equal evidence has equal digests."""
    text = json.dumps(evidence, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def formats(text):
    """
    Return ``{UUID: verdict}``, the last of :data:`REACHED`, of each volume that a node began to
    make. An attempt that has provably written nothing does not count.

    text
        The audit log of a node, or its end.
    """
    found = {}
    #: What was known of each volume before its last attempt.
    before = {}
    for each in text.splitlines():
        try:
            entry = json.loads(each)
        except ValueError:
            # Cut short, or the middle of a line.
            continue
        if not isinstance(entry, dict) or not entry.get("volume"):
            continue
        volume, verdict = str(entry["volume"]), entry.get("verdict")
        if verdict in REACHED:
            before[volume] = found.get(volume)
            found[volume] = verdict
        elif verdict == UNWRITTEN and found.get(volume) == "granted":
            found[volume] = before.pop(volume)
    return {volume: verdict for volume, verdict in found.items() if verdict}


def line(verdict, lun, wwid, cluster, reasons=(), evidence=None, job="", operator="", volume=""):
    """
    Return one line of the log, a JSON object.

    verdict
        ``granted`` or ``refused``: the permission to format; ``done``, ``failed``, ``unwritten``
        or ``unknown``: the outcome of a format; ``forgotten`` or ``resumed``: a record of the
        ledger, removed or released for another leader; ``freed``: a node number.
    lun, wwid, cluster
        What it is about.
    reasons
        Why, as sentences.
    evidence
        What was seen, any plain data; only its :func:`digest` is written.
    job, operator
        Salt's job, and who started it.
    volume
        The UUID of the volume that is to be made, on the node.
    """
    entry = {
        "time": now(),
        "job": job,
        "operator": operator,
        "cluster": cluster,
        "lun": lun,
        "wwid": wwid,
        "volume": volume,
        "verdict": verdict,
        "reasons": [str(each) for each in reasons],
        "evidence": digest(evidence),
    }
    return json.dumps(entry)
