import shutil
import subprocess

import pytest

from ocfs2lib import unit_names
from ocfs2lib.node import service_dropins
from ocfs2lib.pillar import check
from support import roster

AGENT, LIBVIRT = "cloudstack-agent.service", "libvirtd.service"
PATHS = (
    "/san",
    "/san/primary",
    "/san/a-b",
    "/san/a.b_c:d+e@f",
    "/.san/.b",
    "/0/-",
    "/a--b/-/@+",
    "/" + "ab" * 60,
    "/" + "-" * 61,
    "/san/ä b\\c",
)


def desired(**services):
    """Return the ``Desired`` of a roster with a LUN for each of ``services``, which it names."""
    section = roster.section()
    section["luns"] = {
        key: {
            "device": f"/dev/mapper/{key}",
            "wwid": f"3600a0b8000123456000abcd01234567{number}",
            "size": "2TiB",
            "mount": {"path": f"/san/{key}-{number}", "services": names},
        }
        for number, (key, names) in enumerate(services.items())
    }
    return check.parse(section)


@pytest.mark.skipif(not shutil.which("systemd-escape"), reason="systemd is not installed")
@pytest.mark.parametrize("path", PATHS)
def test_a_mount_unit_is_named_as_systemd_names_it(path):
    argv = ["systemd-escape", "--path", "--suffix=mount", "--", path]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert unit_names.of_mount(path) == said.rstrip("\n")


def test_a_service_waits_for_every_lun_that_names_it():
    pillar = desired(a=[LIBVIRT, AGENT], b=[AGENT], c=[])
    assert service_dropins.files(pillar, pillar.nodes[0].minion) == {
        f"/etc/systemd/system/{LIBVIRT}.d/ocfs2-formula.conf": (
            "# Written by ocfs2-formula: it runs only while its LUNs are mounted.\n"
            "[Unit]\n"
            "BindsTo=san-a\\x2d0.mount\n"
            "After=san-a\\x2d0.mount\n"
        ),
        f"/etc/systemd/system/{AGENT}.d/ocfs2-formula.conf": (
            "# Written by ocfs2-formula: it runs only while its LUNs are mounted.\n"
            "[Unit]\n"
            "BindsTo=san-a\\x2d0.mount\n"
            "After=san-a\\x2d0.mount\n"
            "BindsTo=san-b\\x2d1.mount\n"
            "After=san-b\\x2d1.mount\n"
        ),
    }


def test_without_services_there_are_no_drop_ins():
    assert service_dropins.files(roster.desired(), roster.desired().nodes[0].minion) == {}


def test_the_services_of_a_lun_come_in_its_order_with_all_their_mounts():
    pillar = desired(a=[LIBVIRT, AGENT], b=[AGENT, "x@1.service"])
    assert list(service_dropins.bound(pillar, pillar.nodes[0].minion, pillar.lun("a")).items()) == [
        (LIBVIRT, ["/san/a-0"]),
        (AGENT, ["/san/a-0", "/san/b-1"]),
    ]
    assert list(service_dropins.bound(pillar, pillar.nodes[0].minion, pillar.lun("b")).items()) == [
        (AGENT, ["/san/a-0", "/san/b-1"]),
        ("x@1.service", ["/san/b-1"]),
    ]


@pytest.mark.parametrize(
    ("cgroups", "expected"),
    [
        ("0::/system.slice/libvirtd.service\n", True),
        ("0::/system.slice/libvirtd.service/inner", True),
        ("9:pids:/\n1:name=systemd:/system.slice/libvirtd.service\n0::/\n", True),
        ("0::/system.slice/system-libvirtd.service.slice/x.service", False),
        ("0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator", False),
        ("0::/system.slice/libvirtd.service.scope", False),
        ("0::/user.slice/user-0.slice/session-1.scope", False),
        ("0::/", False),
        ("", False),
    ],
)
def test_a_process_belongs_to_the_service_of_its_cgroup(cgroups, expected):
    assert service_dropins.belongs(cgroups, (AGENT, LIBVIRT)) is expected
    assert service_dropins.belongs(cgroups, ()) is False


def test_a_node_has_the_drop_ins_of_its_own_luns():
    section = roster.section()
    primary = section["luns"]["primary"]
    primary["mount"]["services"] = [LIBVIRT]
    primary["nodes"] = ["host1.example.com"]
    pillar = check.parse(section)
    assert service_dropins.files(pillar, "host0.example.com") == {}
    assert service_dropins.bound(pillar, "host0.example.com", pillar.luns[0]) == {LIBVIRT: []}
    assert list(service_dropins.files(pillar, "host1.example.com")) == [
        f"/etc/systemd/system/{LIBVIRT}.d/ocfs2-formula.conf"
    ]


def test_a_service_does_not_mount_what_only_an_operator_mounts():
    """systemd mounts what BindsTo names; Requisite only asks whether it is mounted."""
    section = roster.section()
    section["luns"]["primary"]["mount"].update(services=[LIBVIRT], auto=False)
    (text,) = service_dropins.files(check.parse(section), "host0.example.com").values()
    assert text.endswith("[Unit]\nRequisite=san-primary.mount\nAfter=san-primary.mount\n")
