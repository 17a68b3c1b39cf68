"""What the orchestrations are rendered to, by Salt's own renderers."""

import pytest
import salt.config
import salt.loader
import salt.template

from .conftest import REPOSITORY

#: The operations, and what each takes out of pillar.
OPERATIONS = {
    "add_node": (),
    "fsck": ("lun", "outage", "repair"),
    "grow": ("lun",),
    "remove_node": ("node",),
    "retire_lun": ("path",),
    "retune": ("outage",),
    "rolling_reboot": ("limit",),
    "slots": ("lun", "outage"),
}
STATUS = {"ocfs2-orch-status": {"ocfs2_cluster.healthy": [{"cluster": None}]}}
#: What jinja and YAML would obey if it reached them.
HOSTILE = "a: {b}\n# {{ c }} '\""


@pytest.fixture
def render(tmp_path):
    """Renders an orchestration with some pillar, and what it has called meanwhile."""

    def render(name, **pillar):
        called = []
        opts = salt.config.master_config(None)
        opts.update(
            cachedir=str(tmp_path / "cache"),
            extension_modules=str(tmp_path / "extmods"),
            file_client="local",
            file_roots={"base": [str(REPOSITORY)]},
            pillar=pillar,
            grains={},
        )
        functions = {"saltutil.runner": called.append}
        found = salt.template.compile_template(
            str(REPOSITORY / "ocfs2" / "orch" / f"{name}.sls"),
            salt.loader.render(opts, functions),
            "jinja|yaml",
            None,
            None,
            saltenv="base",
        )
        return found, called

    return render


def test_there_is_an_orchestration_for_each_operation():
    names = {path.stem for path in (REPOSITORY / "ocfs2" / "orch").glob("*.sls")}
    assert names == {"init", "adopt", *OPERATIONS}


@pytest.mark.parametrize("value", [None, "primary", 5, HOSTILE], ids=repr)
@pytest.mark.parametrize("verb", OPERATIONS)
def test_an_operation_is_its_stage_and_the_status(render, verb, value):
    pillar = {f"ocfs2_{name}": value for name in OPERATIONS[verb]}
    found, called = render(verb, **pillar)
    stage = [{"verb": verb}, {"cluster": None}]
    if OPERATIONS[verb]:
        stage.append({"arguments": dict.fromkeys(OPERATIONS[verb], value)})
    name = f"ocfs2-orch-{verb.replace('_', '-')}"
    assert found == {name: {"ocfs2_cluster.changed": stage}, **STATUS}
    assert list(found) == [name, "ocfs2-orch-status"]
    # The formula is synced to the master before its own states are asked for.
    assert called == ["saltutil.sync_all"]


@pytest.mark.parametrize("verb", [*OPERATIONS, "init"])
def test_one_of_several_clusters_is_named_to_every_stage(render, verb):
    found, _ = render(verb, ocfs2_cluster="web")
    for stage in found.values():
        (arguments,) = stage.values()
        assert {"cluster": "web"} in arguments


def test_the_whole_has_five_stages(render):
    found, called = render("init")
    assert [next(iter(stage)) for stage in found.values()] == [
        "ocfs2_cluster.planned",
        "ocfs2_cluster.converged",
        "ocfs2_cluster.formatted",
        "ocfs2_cluster.mounted",
        "ocfs2_cluster.healthy",
    ]
    assert {"failhard": True} in found["ocfs2-orch-plan"]["ocfs2_cluster.planned"]
    assert called == ["saltutil.sync_all"]


def test_a_cluster_built_by_hand_is_written_to_a_file(render):
    found, called = render("adopt", ocfs2_nodes=["host1", "host2"])
    assert found == {
        "ocfs2-orch-adopt": {
            "ocfs2_cluster.adopted": [
                {"nodes": ["host1", "host2"]},
                {"file": "/srv/pillar/ocfs2.sls"},
            ]
        }
    }
    assert called == ["saltutil.sync_all"]
