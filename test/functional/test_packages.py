"""What the sls of the packages is rendered to, by Salt's own renderers."""

import pytest
import salt.config
import salt.loader
import salt.modules.slsutil
import salt.template

from .conftest import REPOSITORY

CHECKED = [{"sls": "ocfs2.check"}]


@pytest.fixture
def render(tmp_path, modules):
    """Renders the sls with some pillar, on this host or on one with another platform."""

    def render(pillar, **platform):
        opts = salt.config.minion_config(None)
        opts.update(
            cachedir=str(tmp_path / "cache"),
            extension_modules=str(tmp_path / "extmods"),
            file_client="local",
            file_roots={"base": [str(REPOSITORY)]},
            pillar={"ocfs2": pillar},
            grains={},
        )
        functions = {
            "o2cb_setup.platform": lambda: {**modules["o2cb_setup.platform"](), **platform},
            "slsutil.merge": salt.modules.slsutil.merge,
        }
        return salt.template.compile_template(
            str(REPOSITORY / "ocfs2" / "package" / "init.sls"),
            salt.loader.render(opts, functions),
            "jinja|yaml",
            None,
            None,
            saltenv="base",
        )

    return render


@pytest.mark.parametrize(
    ("firewall", "packages"),
    [
        ({}, ["nftables"]),
        ({"firewall": {"backend": "nftables"}}, ["nftables"]),
        ({"firewall": {"backend": "iptables"}}, ["iptables"]),
        ({"firewall": {"backend": "none"}}, []),
        ({"firewall": {"backend": "no such firewall"}}, []),
        ({"firewall": None}, ["nftables"]),
    ],
)
def test_the_packages_are_those_of_the_platform_and_of_the_firewall(render, firewall, packages):
    found = render(firewall)
    packages = ["ocfs2-tools", "kmod", *packages]
    state = [{"pkgs": packages}, {"failhard": True}, {"require": CHECKED}]
    assert found == {"include": ["ocfs2.check"], "ocfs2-package": {"pkg.installed": state}}


def test_a_repository_comes_before_the_packages(render):
    repository = {"name": "ol9_addons", "key_url": "file:///etc/pki/rpm-gpg/RPM-GPG-KEY-oracle"}
    found = render({}, repository=repository)
    assert list(found) == ["include", "ocfs2-package-repository", "ocfs2-package"]
    assert found["ocfs2-package-repository"] == {
        "pkgrepo.managed": [
            *({name: value} for name, value in repository.items()),
            {"failhard": True},
            {"require": CHECKED},
            {"require_in": [{"pkg": "ocfs2-package"}]},
        ]
    }


def test_an_unknown_platform_has_no_packages_to_install(modules, monkeypatch):
    function = modules["o2cb_setup.platform"]
    grains = {"os": "Plan", "osmajorrelease": 9}
    monkeypatch.setitem(function.__globals__, "__grains__", grains)
    found = function()
    assert (found["name"], found["packages"], found["repository"]) == ("Plan 9", [], None)
    assert set(map(tuple, found["firewall_packages"].values())) == {()}
