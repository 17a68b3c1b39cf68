"""What holds for every firewall backend."""

import pytest

from ocfs2lib.firewall import backends
from ocfs2lib.firewall.backend import UNIT_PATH

PORT, PEERS = 7777, ["10.1.0.2", "10.1.0.3"]
#: Those whose rules a unit of ours loads.
LOADED = [name for name, backend in backends.FIREWALLS.items() if backend.unit]


@pytest.mark.parametrize("name", LOADED)
def test_files_are_the_rules_and_the_unit_that_loads_them(name):
    backend = backends.FIREWALLS[name]
    files = backend.files(PORT, PEERS, "some.service")
    assert list(files) == [backend.rules_path, UNIT_PATH]
    unit = files[UNIT_PATH]
    for command in backend.commands:
        assert f"ExecStart={command}\n" in unit
        assert f"ExecReload={command}\n" in unit
    assert any(backend.rules_path in command for command in backend.commands)
    assert "PartOf=some.service\n" in unit


def test_no_unit_loads_what_the_host_loads_itself():
    assert LOADED == ["nftables", "iptables"]
    for name in backends.FIREWALLS.keys() - LOADED:
        backend = backends.FIREWALLS[name]
        assert UNIT_PATH not in backend.files(PORT, PEERS, "some.service")


@pytest.mark.parametrize("name", backends.FIREWALLS)
def test_nothing_of_ours_is_found_where_nothing_is_loaded(name):
    backend = backends.FIREWALLS[name]
    assert backend.ours([], PORT, PEERS) != backend.expected(PORT, PEERS)
    assert backend.ours([], PORT, PEERS).keys() == backend.expected(PORT, PEERS).keys()
    assert not backend.has_rules([])


def test_no_two_backends_share_a_file():
    paths = [backend.rules_path for backend in backends.FIREWALLS.values()]
    assert len(paths) == len(set(paths))


def test_none_owns_nothing_and_finds_nothing_to_do():
    none = backends.BACKENDS["none"]
    assert backends.NONE not in backends.FIREWALLS
    assert none.files(PORT, PEERS, "") == {}
    assert none.ours(none.rules(None), PORT, PEERS) == none.expected(PORT, PEERS) == {}
    assert not none.has_rules([])


def test_the_first_is_the_default_and_none_the_last():
    assert list(backends.BACKENDS) == ["nftables", "iptables", "firewalld", "ufw", "none"]
    assert ("host", *backends.BACKENDS) == backends.CHOICES
