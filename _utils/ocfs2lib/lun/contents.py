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
        found.append("data at byte " + ", ".join(str(offset) for offset in facts["written"]))
    return " and ".join(found)


def _signature(signature):
    kind = signature.get("TYPE") or signature.get("PTTYPE", "") + " partition table"
    name = signature.get("LABEL") or signature.get("UUID") or signature.get("PTUUID")
    return f"{kind} ({name})" if name else kind
