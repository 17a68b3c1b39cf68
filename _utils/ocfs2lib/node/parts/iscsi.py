"""The targets that a node logs in to, as ``san.iscsi_records`` describes their records."""

from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts import setup_part
from ocfs2lib.platform import platforms
from ocfs2lib.san import iscsi_records
from ocfs2lib.san import multipath_conf

_SECRETS, _RIGHT = "secrets", "as pillar says"


class IscsiPart(setup_part.SetupPart):
    """``iscsi`` is what ``ocfs2_iscsi.facts`` returns."""

    name = "iscsi"
    done = "The targets are logged in to."
    step = setup_part.BRING_LUNS
    units = platforms.transport_units("iscsi")
    tools = ("iscsiadm",)
    shape = {
        "iscsi": {
            "initiator": setup_part.MAYBE_TEXT,
            "records": (list,),
            "sessions": (list,),
            "made": (list,),
            "unseen": (list,),
        }
    }
    texts = (("iscsi", "unseen"),)
    text_lists = (("iscsi", "records"), ("iscsi", "sessions"), ("iscsi", "made"))

    def is_described(self, desired):
        return bool(desired.san.iscsi)

    def needed_tools(self, desired):
        return self.tools if self.is_described(desired) else ()

    def packages(self, desired, platform, lacking=None):
        return platform.transports["iscsi"].packages if desired.san.iscsi else ()

    def arguments(self, desired):
        return [sorted(_settings(desired)), _scsi(desired.luns)] if desired.san.iscsi else None

    def facts(self, call, arguments):
        return {"iscsi": call("ocfs2_iscsi.facts", *(arguments or ([], [])))}

    def is_nameless(self, desired, facts):
        return bool(desired.san.iscsi) and not facts["iscsi"]["initiator"]

    def conflicts(self, desired, facts):
        if not desired.san.iscsi:
            return {}
        names = {minion: each["iscsi"]["initiator"] for minion, each in facts.items()}
        return setup_part.shared(
            names,
            "It logs in by the name {name}, as {others} does: a target takes the two for one, and "
            "ends the session of one for the other",
            "give each host a name of its own (iscsi-iname prints one) in "
            f"{iscsi_records.INITIATOR_PATH}, and log in anew",
            "initiator-shared",
        )

    def differences(self, desired, minion, facts, platform):
        found = _stale(desired, facts["iscsi"])
        if not desired.san.iscsi:
            return found
        found += _records(desired, facts["iscsi"])
        found += _sessions(desired, facts["iscsi"])
        found += _unseen(desired, minion, facts["iscsi"])
        units = platform.transports["iscsi"].units if platform else ()
        return found + [each for unit in units for each in setup_part.disabled(unit, facts)]

    def close(self, call, found, desired, minion, platform):
        for gap in found:
            if gap.part is Part.ISCSI_RECORD and gap.new is None:
                call("ocfs2_iscsi.disconnect", *gap.subject.split(" at "))
        if desired.san.iscsi:
            *daemons, login = platform.transports["iscsi"].units
            for unit in daemons:
                setup_part.start_unit(call, unit)
            portals, targets = desired.san.iscsi.portals, desired.san.iscsi.targets
            wwids = _scsi(desired.luns_of(minion))
            call("ocfs2_iscsi.connect", list(portals), list(targets), _settings(desired), wwids)
            # It logs in by the records as they are: a wrong secret among them would fail it.
            setup_part.start_unit(call, login)

    def leftovers(self, call):
        made = call("ocfs2_iscsi.facts", [], [])["made"]
        return [_stale_record(*each) for each in made]

    def remove(self, call):
        for gap in self.leftovers(call):
            call("ocfs2_iscsi.disconnect", *gap.subject.split(" at "))


PART = IscsiPart()


def _settings(desired):
    return iscsi_records.settings(desired.san.iscsi, desired.cluster.heartbeat_threshold)


def _scsi(luns):
    """The WWIDs of the LUNs that can come by iSCSI, without those of their partitions."""
    return sorted(multipath_conf.maps(luns))


def _unseen(desired, minion, known):
    """The differences of LUNs that a target does not show, or has shown only since the login."""
    wanted = {wwid.lower() for wwid in _scsi(desired.luns_of(minion))}
    return [
        Difference(Part.LUN_SEEN, wwid, "not seen", "seen")
        for wwid in known["unseen"]
        if wwid.lower() in wanted
    ]


def _stale(desired, known):
    """The differences of records that the formula has made and pillar does not have any more."""
    return [_stale_record(*each) for each in known["made"] if not _is_wanted(desired, *each)]


def _stale_record(target, portal):
    return Difference(Part.ISCSI_RECORD, f"{target} at {portal}", "logged in to", None)


def _is_wanted(desired, target, portal):
    iscsi = desired.san.iscsi
    return bool(iscsi) and target in iscsi.targets and portal in iscsi.portals


def _records(desired, known):
    """The differences of records. Which portal offers which target only the array knows: each of
    them has one at least."""
    iscsi = desired.san.iscsi
    there = [each for each in known["records"] if _is_wanted(desired, *each[:2])]
    targets, portals = {each[0] for each in there}, {each[1] for each in there}
    missing = [each for each in iscsi.targets if each not in targets]
    missing += [each for each in iscsi.portals if each not in portals]
    found = [Difference(Part.ISCSI_RECORD, each, None, "a record") for each in missing]
    for target, portal, *lines in there:
        found += _settings_differences(f"{target} at {portal}", lines, _settings(desired))
    return found


def _settings_differences(where, lines, wanted):
    have = dict(line.split("=", 1) for line in lines if "=" in line)
    found = [
        Difference(Part.ISCSI_SETTING, f"{name} of {where}", have.get(name), value)
        for name, value in wanted.items()
        if have.get(name) != value
    ]
    if have.get(_SECRETS) != _RIGHT:
        found.append(Difference(Part.ISCSI_SETTING, f"CHAP of {where}", have[_SECRETS], _RIGHT))
    return found


def _sessions(desired, known):
    """The differences of records that nobody has logged in by."""
    present = [each[:2] for each in known["sessions"]]
    records = [each[:2] for each in known["records"] if _is_wanted(desired, *each[:2])]
    return [
        Difference(Part.ISCSI_SESSION, f"{target} at {portal}", None, "logged in to")
        for target, portal in records
        if [target, portal] not in present
    ]
