"""
What else would become of the contents of the zoo: other tools, told to make an OCFS2 volume.

Each tool gets a copy of every content, and of a blank LUN, on a block device. A content whose
bytes differ afterwards was formatted. Prints a table in reStructuredText::

    PYTHONPATH=_utils:test python test/bench/peers.py .venv-peers/bin

It writes some 20 GB to the directory for temporary files, most of which it removes again before
they reach a disk; ``TMPDIR=/dev/shm`` makes sure.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from datetime import date
from functools import partial
from pathlib import Path

import salt.config
import salt.loader
import salt.version

from ocfs2lib.lun.format_order import FormatOrder
from support.images import attached
from support.images import run
from support.images import same
from support.zoo import O2CB
from support.zoo import SIZE
from support.zoo import ZOO
from support.zoo import Content

REPOSITORY = Path(__file__).resolve().parents[2]
BLANK = "blank"
MKFS = ("-N", "4", *O2CB)
#: How many LUNs a tool gets at once: what it writes is gone before it reaches the disk.
BATCH = 16
PLAYBOOK = [
    {
        "hosts": "all",
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {
                "community.general.filesystem": {
                    "dev": "{{ device }}",
                    "fstype": "ocfs2",
                    "force": False,
                    "opts": " ".join(MKFS),
                },
                "ignore_errors": True,
            }
        ],
    }
]


def stock_salt(states, devices):
    # It asks blkid's cache, which must not know these names from the contents before.
    Path(os.environ["BLKID_FILE"]).unlink(missing_ok=True)
    for device in devices:
        states["blockdev.formatted"](device, fs_type="ocfs2")


def ansible(bin_directory, devices):
    """One run over all LUNs, each that of a host of its own."""
    python = f"{bin_directory}/python"
    hosts = {
        f"lun{number}": {"device": device, "ansible_python_interpreter": python}
        for number, device in enumerate(devices)
    }
    with tempfile.TemporaryDirectory() as work:
        inventory, playbook = Path(work, "inventory.json"), Path(work, "playbook.json")
        inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
        playbook.write_text(json.dumps(PLAYBOOK))
        run(f"{bin_directory}/ansible-playbook", "-i", str(inventory), str(playbook))


def plain_mkfs(devices):
    for device in devices:
        argv = ["mkfs.ocfs2", *MKFS, device]
        subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def ours(modules, devices):
    """The leader's guards, and what it runs if none objects."""
    for device in devices:
        facts = modules["ocfs2.probe"](device, prove_blank=True)
        # A loop device has no WWID; it is the one fact that is made up.
        facts["wwid"] = "35000c50000000001"
        order = FormatOrder(
            device="/dev/mapper/primary",
            wwid=facts["wwid"],
            size=facts["size"],
            uuid="458E997A48634B3DAB36F01667EBB761",
            label="primary",
            slots=4,
            cluster="web",
            fs_type="mail",
            leader="host1.domain.com",
        )
        if not order.refusals(order.leader, facts):
            run("mkfs.ocfs2", *order.arguments(), device)


def loaders(root):
    opts = salt.config.minion_config(None)
    opts.update(
        root_dir=root,
        cachedir=f"{root}/cache",
        file_client="local",
        module_dirs=[str(REPOSITORY / "_modules")],
        enable_fqdns_grains=False,
    )
    opts["grains"] = salt.loader.grains(opts)
    utils = salt.loader.utils(opts)
    modules = salt.loader.minion_mods(opts, utils=utils)
    return modules, salt.loader.states(opts, modules, utils, salt.loader.serializers(opts))


def formatted(tool, originals, work):
    """The names of the contents that a tool did not leave as they were."""
    names, found = list(originals), set()
    for start in range(0, len(names), BATCH):
        found |= _formatted(tool, names[start : start + BATCH], originals, work)
    return found


def _formatted(tool, names, originals, work):
    copies = {name: Path(work, originals[name].name) for name in names}
    for name, copy in copies.items():
        run("cp", "--sparse=always", str(originals[name]), str(copy))
    with contextlib.ExitStack() as stack:
        tool([stack.enter_context(attached(copy)) for copy in copies.values()])
    found = {name for name, copy in copies.items() if not same(copy, originals[name])}
    for copy in copies.values():
        copy.unlink()
    return found


def table(verdicts):
    """``{column: names that were formatted}`` as a table of all contents, and its totals."""
    rows = [
        (name, *("formatted" if name in changed else "left" for changed in verdicts.values()))
        for name in (*ZOO, BLANK)
    ]
    totals = (f"**{len(changed - {BLANK})}**" for changed in verdicts.values())
    rows.append((f"**formatted, of {len(ZOO)} that hold something**", *totals))
    head = ("Content", *verdicts)
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = tuple("=" * width for width in widths)
    for row in (rule, head, rule, *rows, rule):
        yield "  ".join(map(str.ljust, row, widths)).rstrip()


def versions(bin_directory):
    listed = run(f"{bin_directory}/ansible-galaxy", "collection", "list", "community.general")
    general = re.search(r"^community\.general +(\S+)", listed, re.MULTILINE)[1]
    tools = run("dpkg-query", "-W", "-f", "${Version}", "ocfs2-tools")
    return f"Salt {salt.version.__version__}, community.general {general}, ocfs2-tools {tools}"


def main(bin_directory):
    with tempfile.TemporaryDirectory() as root:
        for directory in ("zoo", "copies"):
            Path(root, directory).mkdir()
        contents = {**ZOO, BLANK: Content(lambda image: None, size=SIZE)}
        originals = {
            name: content.make(Path(root, "zoo", str(number)))
            for number, (name, content) in enumerate(contents.items())
        }
        os.environ["BLKID_FILE"] = f"{root}/blkid.tab"
        modules, states = loaders(root)
        tools = {
            "Salt": partial(stock_salt, states),
            "Ansible": partial(ansible, bin_directory),
            "mkfs.ocfs2": plain_mkfs,
            "ocfs2-formula": partial(ours, modules),
        }
        verdicts = {}
        for column, tool in tools.items():
            start = time.monotonic()
            verdicts[column] = formatted(tool, originals, Path(root, "copies"))
            assert BLANK in verdicts[column], f"{column} formats nothing at all"
            print(f"{column}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    print(f"``make bench-peers``, {date.today()}: {versions(bin_directory)}.\n")
    print("\n".join(table(verdicts)))


if __name__ == "__main__":
    if os.geteuid():
        sys.exit("needs root and loop devices")
    main(Path(sys.argv[1]).absolute())
