"""What a LUN holds, as text."""


def describe(facts):
    """
    Describe what was found on a LUN.

    facts
        Of ``ocfs2.probe``.

    Returns text, ``""`` if nothing was found.
    """
    found = []
    if facts["volume"]:
        volume = facts["volume"]
        found.append(
            f"an OCFS2 volume (label {volume['label'] or 'none'}, {volume['stamp']}, "
            f"uuid {volume['uuid']})"
        )
    elif facts["signature"]:
        found.append(_signature(facts["signature"]))
    if facts["written"]:
        found.append(_written(facts))
    return " and ".join(found)


def beside_format(facts):
    """Describe what a LUN holds beside what mkfs.ocfs2 left there, as :func:`describe` does."""
    return f"beside a format that was cut short, {_written(facts)}" if facts["written"] else ""


def _written(facts):
    return "data at byte " + ", ".join(str(offset) for offset in facts["written"])


def _signature(signature):
    kind = signature.get("TYPE") or signature.get("PTTYPE", "") + " partition table"
    name = signature.get("LABEL") or signature.get("UUID") or signature.get("PTUUID")
    return f"{kind} ({name})" if name else kind
