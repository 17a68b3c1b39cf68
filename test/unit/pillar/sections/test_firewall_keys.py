"""The section ``firewall``: its values."""

import pytest

from ocfs2lib.pillar import check
from support.pillars import changed
from support.pillars import refuses

WRONG = [
    (("firewall", "backend"), "shorewall", "not built and tested yet", "'host' or 'nftables'"),
    (("firewall", "backend"), "SuSEfirewall2", "not built and tested yet", "'firewalld' or"),
    (("firewall", "backend"), "nftable", "not possible", "type 'nftables'"),
]


@pytest.mark.parametrize(("path", "value", "reason", "fix"), WRONG)
def test_one_wrong_value_is_one_problem(path, value, reason, fix):
    refuses(path, value, reason, fix)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("firewall", "backend"), "none"),
        (("firewall", "backend"), "host"),
        (("firewall", "backend"), "firewalld"),
        (("firewall", "backend"), "ufw"),
    ],
)
def test_accepted(path, value):
    assert check.check(changed(path, value)) == []
