"""The files of fcoe-utils: one for each network interface that speaks FCoE by software."""

DIRECTORY = "/etc/fcoe"
PREFIX = "cfg-"
_WRITTEN = "# Written by ocfs2-formula from the pillar; changes are overwritten."

# Its keys are those of the package's own cfg-ethx (fcoe-utils 1.0.34).
_CONFIG = """\
{written}
FCOE_ENABLE="yes"
DCB_REQUIRED="{dcb}"
AUTO_VLAN="{auto_vlan}"
MODE="{mode}"
FIP_RESP="no"
"""


def path(interface):
    """Return the path of the file of an interface."""
    return f"{DIRECTORY}/{PREFIX}{interface}"


def is_ours(text):
    """Return whether the formula has written a file with this text, or None."""
    return (text or "").startswith(_WRITTEN)


def files(ports):
    """Return ``{path: text}`` of each :class:`pillar.sections.fcoe_keys.FcoePort`."""
    return {
        path(port.interface): _CONFIG.format(
            written=_WRITTEN,
            dcb=_word(port.dcb),
            auto_vlan=_word(port.auto_vlan),
            mode=port.mode,
        )
        for port in ports
    }


def _word(flag):
    return "yes" if flag else "no"
