"""What kitchen-salt makes of kitchen.yml: the tree that it sends to the host, and its commands.

Written down from kitchen-salt 0.7.2 (https://github.com/saltstack/kitchen-salt, tag ``v0.7.2``:
``lib/kitchen/provisioner/salt_solo.rb`` and ``minion.erb``, ``lib/kitchen-salt/pillars.rb``,
``states.rb`` and ``util.rb``) and Test Kitchen 4.1.0 (https://github.com/test-kitchen/test-kitchen,
tag ``v4.1.0``: ``lib/kitchen/loader/yaml.rb`` and ``data_munger.rb``). Options that the formula
does not use are not here, and neither are the scripts that fetch formulas it would depend on.
"""

import re
import shutil
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "kitchen.yml"
PROXY = ROOT / "kitchen.proxy.yml"
#: Where the tree lies on the host: ``root_path``.
HOST_TREE = "/tmp/kitchen"  # noqa: S108 (on the host)
#: What is sent besides the formula's own directory, where there is one.
EXTRA = ("_modules", "_states", "_grains", "_renderers", "_returners", "_runners", "_utils")
_ENV = re.compile(r"<%= ENV\.fetch\('(\w+)'(?:, '([^']*)')?\) %>")
_MINION = """\
local: true
state_top: top.sls
root_dir: {root}

file_roots:
 base:
   - {root}/srv/salt
   - {root}/srv/spm/salt

pillar_roots:
 base:
   - {root}/srv/pillar
   - {root}/srv/spm/pillar
"""


def read(path, environment=None):
    """One of the two files, with the variables of the environment in their places."""

    def variable(found):
        name, default = found.groups()
        # As ENV.fetch: without a default, a missing one is an error.
        return (
            (environment or {})[name] if default is None else (environment or {}).get(name, default)
        )

    text = _ENV.sub(variable, path.read_text())
    # Of Ruby in these files, this module knows no more.
    assert "<%" not in text, path.name
    return yaml.safe_load(text)


def merged(below, above):
    """Mappings are merged, the rest of ``above`` replaces what stands below: lists, too."""
    if isinstance(below, dict) and isinstance(above, dict):
        both = below.keys() & above.keys()
        return {**below, **above, **{key: merged(below[key], above[key]) for key in both}}
    return above


def settings(config, suite, kind):
    """What holds for a suite: ``kind`` is ``driver``, ``provisioner`` or the like."""
    own = next(each for each in config["suites"] if each["name"] == suite)
    return merged(config.get(kind, {}), own.get(kind, {}))


def proxied(environment):
    """The configuration with ``KITCHEN_LOCAL_YAML=kitchen.proxy.yml``."""
    return merged(read(MAIN), read(PROXY, environment))


def make_tree(provisioner, directory):
    """Make the tree that is sent to the host."""
    states, pillar = directory / "srv/salt", directory / "srv/pillar"
    for path in (states, pillar, directory / "etc/salt"):
        path.mkdir(parents=True)
    (directory / "etc/salt/minion").write_text(_MINION.format(root=HOST_TREE))
    for name, data in provisioner["pillars"].items():
        (pillar / name).write_text(yaml.safe_dump(data))
    for name, source in provisioner["pillars_from_files"].items():
        shutil.copy(ROOT / source, pillar / name)
    for name in (provisioner["formula"], *EXTRA):
        if (ROOT / name).is_dir():
            left_out = shutil.ignore_patterns(*provisioner["salt_copy_filter"])
            shutil.copytree(ROOT / name, states / name, ignore=left_out)
    (states / "top.sls").write_text(yaml.safe_dump(provisioner["state_top"]))


def before_upload():
    """The command before the tree is sent."""
    return f"mkdir -p '{HOST_TREE}'"


def after_upload():
    """The command once the tree is there."""
    return f'sudo -E chown -R "${{SUDO_USER:-$USER}}" "{HOST_TREE}/srv/salt"'


def converge(provisioner):
    """The command that converges."""
    return (
        f"sudo -E salt-call --state-output=changes --config-dir={HOST_TREE}/etc/salt"
        f" state.highstate --id={provisioner['salt_minion_id']} --retcode-passthrough"
    )
