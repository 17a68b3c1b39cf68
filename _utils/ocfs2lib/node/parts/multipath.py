"""What multipath does with the LUNs of pillar, as ``san.multipath_conf`` describes it."""

import dataclasses

from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts import setup_part
from ocfs2lib.node.reasons import Blocked
from ocfs2lib.node.reasons import Reason
from ocfs2lib.parsers import multipathd
from ocfs2lib.platform import platforms
from ocfs2lib.san import multipath_conf

_USED = "used"
_MAPPED, _BARE = "a map", "in no map"
_OWNERS = platforms.MULTIPATH_OWNERS
_TRANSPORT = "multipath"


class MultipathPart(setup_part.SetupPart):
    """``multipath`` is what ``ocfs2_multipath.facts`` returns, ``multipath_owners`` which files
    there are by which the platform configures multipath itself."""

    name = "multipath"
    done = "Multipath is set up for the LUNs."
    step = setup_part.BRING_LUNS
    files = (multipath_conf.PATH,)
    units = platforms.transport_units("multipath")
    tools = ("multipathd",)
    shape = {
        "multipath": {
            "interval": (int, type(None)),
            "threshold": (int, type(None)),
            "maps": (list,),
            "disks": (list,),
        },
        "multipath_owners": (list,),
    }
    texts = (("multipath_owners",),)
    text_lists = (("multipath", "maps"), ("multipath", "disks"))

    def is_described(self, desired):
        return bool(desired.san.multipath)

    def needed_tools(self, desired):
        return self.tools if self.is_described(desired) else ()

    def packages(self, desired, platform, lacking=None):
        return platform.transports[_TRANSPORT].packages if desired.san.multipath else ()

    def fitness(self, call):
        return {"multipath_owners": [path for path in _OWNERS if call("files.read", path)]}

    def unsupported(self, desired, platform, facts):
        if not (desired.san.multipath and platform.multipath_owner in facts["multipath_owners"]):
            return []
        threshold = desired.cluster.heartbeat_threshold
        return [
            Reason(
                f"{platform.name} writes the configuration of multipath itself, from"
                f" {platform.multipath_owner}",
                "take multipath out of san, and write no_path_retry"
                f" {multipath_conf.retries(multipath_conf.USUAL_INTERVAL, threshold)} there for"
                " the LUNs",
                "host-unfit",
            )
        ]

    def arguments(self, desired):
        return sorted(multipath_conf.maps(desired.luns)) if desired.san.multipath else None

    def facts(self, call, arguments):
        return {
            "multipath": call("ocfs2_multipath.facts", arguments or []),
            **self.fitness(call),
        }

    def blocked(self, desired, minion, facts, platform):
        if not desired.san.multipath:
            return []
        wanted = _maps(desired, minion)
        found = facts["multipath"]
        return [*_other_aliases(wanted, found["maps"]), *_bare_in_use(wanted, found["disks"])]

    def differences(self, desired, minion, facts, platform):
        if not desired.san.multipath:
            return setup_part.present(self.files, facts["files"])
        text, wanted = _text(desired, minion, facts), _maps(desired, minion)
        found = setup_part.of_files({multipath_conf.PATH: text}, facts["files"])
        why = multipath_conf.sum_text(*_clock(desired, facts))
        found = [dataclasses.replace(each, why=why) for each in found]
        found += [
            Difference(Part.MULTIPATH_MAP, wwid, _BARE, _MAPPED)
            for wwid in sorted(
                {wwid for wwid, _, use in facts["multipath"]["disks"] if use != _USED}
            )
            if wwid.lower() in wanted
        ]
        found += _other_waits(text, facts["multipath"]["maps"])
        return found + _units(platform, facts)

    def close(self, call, found, desired, minion, platform):
        if not desired.san.multipath:
            call("ocfs2_multipath.remove")
            return
        for unit in platform.transports[_TRANSPORT].units:
            setup_part.start_unit(call, unit)
        wwids = sorted(multipath_conf.maps(desired.luns_of(minion)))
        facts = {"multipath": call("ocfs2_multipath.facts", wwids)}
        call("ocfs2_multipath.apply", _text(desired, minion, facts), wwids)

    def leftovers(self, call):
        return setup_part.present(self.files, setup_part.read(call, self.files))

    def remove(self, call):
        call("ocfs2_multipath.remove")


PART = MultipathPart()


def _maps(desired, minion):
    """``{WWID in small letters: alias}`` of the maps of a node."""
    found = multipath_conf.maps(desired.luns_of(minion))
    return {wwid.lower(): alias for wwid, alias in found.items()}


def _text(desired, minion, facts):
    """The file for a node; where multipath is yet to be installed, as with its own default."""
    return multipath_conf.render(desired.luns_of(minion), *_clock(desired, facts))


def _clock(desired, facts):
    """``polling_interval``, and the threshold by which a node fences itself."""
    known = facts["multipath"]
    # While the kernel works with a shorter threshold than pillar's, that is when it fences.
    threshold = min(filter(None, (known["threshold"], desired.cluster.heartbeat_threshold)))
    return known["interval"] or multipath_conf.USUAL_INTERVAL, threshold


def _units(platform, facts):
    units = platform.transports[_TRANSPORT].units if platform else ()
    return [each for unit in units for each in setup_part.disabled(unit, facts)]


def _other_waits(text, maps):
    """The differences of maps that wait otherwise than the file would have them."""
    wanted = {wwid.lower(): each for wwid, each in multipathd.retries_of(text).items()}
    return [
        Difference(Part.MULTIPATH_MAP, wwid, f"no_path_retry {queueing}", retries)
        for wwid, _, queueing, _ in maps
        for retries in [wanted.get(wwid.lower())]
        if retries and queueing != multipath_conf.UNKNOWN
        if not multipathd.is_queueing(queueing, retries)
    ]


def _other_aliases(wanted, maps):
    """A map in use keeps its name: renamed, what fstab names would be gone under the mount."""
    return [
        Blocked(
            f"The map of LUN {wwid} is in use and called {name}, not {wanted[wwid.lower()]}",
            f"write /dev/mapper/{name} as its device, or unmount it here and run again",
            "setup-differs",
        )
        for wwid, name, _, use in maps
        if use == _USED and wanted.get(wwid.lower()) not in (None, name)
    ]


def _bare_in_use(wanted, disks):
    return [
        Blocked(
            f"{disk} leads to LUN {wwid} past multipath, and is in use",
            "unmount what is on it, and run again",
            "no-multipath",
        )
        for wwid, disk, use in disks
        if use == _USED and wwid.lower() in wanted
    ]
