"""What the sls files are rendered to for packages and parts, by Salt's own renderers."""

import sys

import pytest
import salt.config
import salt.exceptions
import salt.loader
import salt.modules.slsutil
import salt.template

from ocfs2lib import version
from ocfs2lib.node.parts import setup_part
from support import roster

from .conftest import REPOSITORY

CHECKED = [{"sls": "ocfs2.check"}]


@pytest.fixture
def render(tmp_path, modules):
    """Renders an sls with some pillar, on this host or on one with another platform."""

    def render(sls, pillar, python=sys.version_info, **platform):
        opts = salt.config.minion_config(None)
        opts.update(
            cachedir=str(tmp_path / "cache"),
            extension_modules=str(tmp_path / "extmods"),
            file_client="local",
            file_roots={"base": [str(REPOSITORY)]},
            pillar={"ocfs2": pillar},
            grains={"pythonversion": list(python)},
        )
        functions = {
            "o2cb_setup.config": modules["o2cb_setup.config"],
            "o2cb_setup.platform": lambda config: {
                **modules["o2cb_setup.platform"](config),
                **platform,
            },
            "slsutil.merge": salt.modules.slsutil.merge,
        }
        return salt.template.compile_template(
            str(REPOSITORY / "ocfs2" / sls / "init.sls"),
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
        # Refused by ocfs2.check before it comes to the packages.
        ({"firewall": {"backend": "no such firewall"}}, []),
        ({"firewall": None}, ["nftables"]),
        ({"nodes": None}, []),
    ],
)
def test_the_packages_are_those_of_the_platform_and_of_the_parts(render, firewall, packages):
    found = render("package", {**roster.section(), **firewall})
    packages = ["ocfs2-tools", "kmod", *packages]
    state = [{"pkgs": packages}, {"failhard": True}, {"require": CHECKED}]
    assert found == {"include": ["ocfs2.check"], "ocfs2-package": {"pkg.installed": state}}


def test_repositories_come_before_the_packages(render):
    config = roster.section()
    parts = {"before_packages": ["repositories"]}
    found = render("package", config, repositories=["ocfs2-formula-tools"], parts=parts)
    assert list(found) == ["include", "ocfs2-package-repositories", "ocfs2-package"]
    assert found["ocfs2-package-repositories"] == {
        "o2cb.part": [
            {"name": "repositories"},
            {"config": config},
            {"failhard": True},
            {"require": CHECKED},
            {"require_in": [{"pkg": "ocfs2-package"}]},
        ]
    }
    setopt = {"setopt": ["ocfs2-formula-tools.skip_if_unavailable=0"]}
    assert setopt in found["ocfs2-package"]["pkg.installed"]


def test_a_minion_on_an_old_python_is_refused_before_a_module_is_imported(render):
    with pytest.raises(salt.exceptions.SaltRenderError, match=r"on Python 3\.6\.15 here"):
        render("package", roster.section(), python=[3, 6, 15, "final", 0])


def test_the_sls_files_ask_for_the_same_python_as_the_runners():
    text = (REPOSITORY / "ocfs2/map.jinja").read_text()
    assert f"| list < {list(version.PYTHON)}" in text


def test_an_unknown_platform_has_no_packages_to_install(modules, monkeypatch):
    function = modules["o2cb_setup.platform"]
    grains = {"os": "Plan", "osmajorrelease": 9}
    monkeypatch.setitem(function.__globals__, "__grains__", grains)
    found = function(roster.section())
    assert (found["name"], found["packages"], found["repositories"]) == ("Plan 9", [], [])
    assert found["part_packages"] == {}
    assert found["parts"] == {step: [] for step in setup_part.STEPS}


def test_a_part_more_needs_no_line_in_an_sls(render):
    config = roster.section()
    parts = {"before_cluster": ["boot", "disks"], "after_mount": ["pool"]}
    found = render("config", config, parts=parts)
    assert list(found) == [
        "include",
        "ocfs2-config-boot",
        "ocfs2-config-disks",
        "ocfs2-config-cluster-conf",
        "ocfs2-config-settings",
    ]
    assert found["ocfs2-config-disks"] == {
        "o2cb.part": [
            {"name": "disks"},
            {"config": config},
            {"failhard": True},
            {"require": [{"sls": "ocfs2.package"}]},
            {"require_in": [{"o2cb": "ocfs2-config-cluster-conf"}]},
        ]
    }
    found = render("mount", config, parts=parts, luns=["primary"])
    assert list(found) == ["include", "ocfs2-mount-primary", "ocfs2-mount-pool"]
    assert found["ocfs2-mount-pool"] == {
        "o2cb.part": [
            {"name": "pool"},
            {"config": config},
            {"require": [{"sls": "ocfs2.services"}, {"ocfs2": "ocfs2-mount-primary"}]},
        ]
    }
