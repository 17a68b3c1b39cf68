"""
The cluster stack of one node: cluster.conf, the o2cb settings, and the cluster in the kernel.

What is online is read from configfs: exit codes of the tools and the state of the unit say
nothing about it.

.. versionadded:: 1.0.0
"""

import os
import re
import tempfile

import salt.utils.path
from salt.exceptions import CommandExecutionError
from salt.exceptions import SaltInvocationError

from ocfs2lib import kernel
from ocfs2lib.errors import FileInvalid
from ocfs2lib.errors import PlatformUnknown
from ocfs2lib.node import cluster_conf
from ocfs2lib.node import membership
from ocfs2lib.node import o2cb_settings
from ocfs2lib.node import units
from ocfs2lib.platform import platforms
from ocfs2lib.system import configfs
from ocfs2lib.system import files
from ocfs2lib.system import heartbeat_regions
from ocfs2lib.system import operating_system
from ocfs2lib.system import signed_modules
from ocfs2lib.system import systemd
from ocfs2lib.system import tools

_DEFAULT = "/etc/default/o2cb"
_SYSCONFIG = "/etc/sysconfig/o2cb"

# The values of stack.WRITABLE_ONLINE and what each may be. The kernel takes these at any time
# (fs/ocfs2/cluster/nodemanager.c); of the others it ignores or refuses a write while a region is
# active or a peer is connected.
_WRITABLE_ONLINE = {"fence_method": r"reset|panic", "reconnect_delay_ms": r"[1-9][0-9]{0,9}"}


def __virtual__():
    return operating_system.is_linux(__grains__)


def facts():
    """
    Everything about the cluster stack here, without changing or loading anything.

    Returns a dict: ``stack`` (None: not loaded), ``modules`` (can the running kernel load them),
    ``clusters`` ({name: nodes, regions, and the live values}), ``online`` (the cluster
    with a local node, or None), ``conf`` (path, text or None) and ``settings`` (path, values or
    None: absent, or not made of plain assignments).

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.facts
    """
    return {
        "stack": files.value(kernel.STACK_FILE),
        "modules": loadable(),
        **live(),
        "conf": {"path": cluster_conf.PATH, "text": files.read(cluster_conf.PATH)},
        "settings": settings_read(),
    }


def live():
    """
    The clusters in the kernel, read from configfs alone.

    Returns ``{"clusters", "online"}``, as :func:`facts` has them.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.live
    """
    clusters = {name: configfs.cluster(name) for name in configfs.names()}
    online = next((name for name in clusters if configfs.is_online(clusters[name])), None)
    return {"clusters": clusters, "online": online}


def conf_write(text, path=cluster_conf.PATH):
    """
    Replace cluster.conf as a whole, after both our reading and the real ``o2cb`` (where it is
    installed) accepted the new content. The running cluster is not touched.

    text
        The new content.
    path
        Where it goes.

    Returns True. Raises ``SaltInvocationError`` for text that would not load or not work.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.conf_write "$(cat cluster.conf)"
    """
    try:
        conf = cluster_conf.parse(text)
    except cluster_conf.ConfError as err:
        raise SaltInvocationError(f"{path}: refused, {err}") from err
    problems = cluster_conf.doubts(conf)
    if problems:
        raise SaltInvocationError(f"{path}: refused, {'; '.join(problems)}")
    _check_by_tool(conf, text)
    return files.write(path, text)


def settings_read():
    """
    The o2cb settings the init script works with: /etc/sysconfig/o2cb wins over /etc/default/o2cb.

    Returns ``{"path", "values"}``; values is None if the file is absent or holds anything but
    plain assignments, which only a shell can judge.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.settings_read
    """
    path = _settings_path()
    text = files.read(path)
    try:
        values = None if text is None else o2cb_settings.parse(text)
    except FileInvalid:
        values = None
    return {"path": path, "values": values}


def settings_write(values):
    """
    Write the o2cb settings to the file the init script reads.

    values
        ``{name: value}`` with every name of ``node.o2cb_settings.NAMES``.

    Returns True. Raises ``SaltInvocationError`` for missing, unknown or unsafe values.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.settings_write '{O2CB_ENABLED: "true", O2CB_BOOTCLUSTER: ocfs2, ...}'
    """
    _check_settings(values)
    missing = sorted(set(o2cb_settings.NAMES) - set(values))
    if missing:
        raise SaltInvocationError(f"{_settings_path()} needs {', '.join(missing)}")
    text = o2cb_settings.render(values, _platform_settings())
    return files.write(_settings_path(), text)


def debconf_get():
    """
    The answers from which the package writes the settings file at its next configuration.

    Returns ``{name: answer}`` for what debconf knows, or None where there is no debconf.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.debconf_get
    """
    questions = _questions()
    if not questions or not salt.utils.path.which("debconf-show"):
        return None
    packages = dict.fromkeys(question.split("/")[0] for question in questions.values())
    shown = tools.run(["debconf-show", *packages])
    return o2cb_settings.parse_debconf(shown, questions)


def debconf_set(values):
    """
    Give debconf the answers that make the package write these settings.

    values
        ``{name: value}`` with names of ``node.o2cb_settings.NAMES``.

    Returns True. Whether debconf holds them afterwards, :func:`debconf_get` tells.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.debconf_set '{O2CB_ENABLED: "true"}'
    """
    _check_settings(values)
    selections = o2cb_settings.debconf_selections(values, _questions())
    tools.run(["debconf-set-selections"], stdin=selections)
    return True


def register(cluster):
    """
    Make the kernel's list of nodes that of cluster.conf, while the cluster runs: nodes are added
    live, and one that left the file is removed if it is not connected.

    cluster
        Name of the cluster, which must be online.

    Returns True. Raises ``CommandExecutionError`` if the lists still differ.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.register ocfs2
    """
    want = {node.name: node for node in _conf_with(cluster).nodes if node.cluster == cluster}
    output = tools.run(["o2cb", "register-cluster", cluster])
    have = _live(cluster)["nodes"]
    wrong = sorted(
        {name for name in have if name not in want}
        | {name for name, node in want.items() if not membership.is_same_node(node, have.get(name))}
    )
    if wrong:
        raise CommandExecutionError(
            f"cluster {cluster}: the kernel's entries of {', '.join(wrong)} differ from "
            f"{cluster_conf.PATH} after register-cluster ({output.strip() or 'it said nothing'}). "
            "Fix: a node can only be removed or changed when it is offline."
        )
    return True


def attribute_write(cluster, attribute, value):
    """
    Set one of the values that a running cluster takes at any time.

    cluster
        Name of the cluster.
    attribute
        ``fence_method`` (``reset`` or ``panic``) or ``reconnect_delay_ms`` (ms).
    value
        The new value.

    Returns True. Raises ``CommandExecutionError`` if it does not read back.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.attribute_write ocfs2 fence_method panic
    """
    if not re.fullmatch(_WRITABLE_ONLINE.get(attribute, "(?!)"), str(value)):
        raise SaltInvocationError(f"{attribute} cannot be set to {value!r} in a running cluster")
    _live(cluster)
    configfs.write(cluster, attribute, value)
    return True


def online(cluster):
    """
    Take the cluster online through its unit, from scratch: a cluster that is registered here, with
    other values or half, goes down first. Refused while anything uses it.

    cluster
        Name of the cluster in cluster.conf and the settings.

    Returns True. Raises ``CommandExecutionError`` with the reason.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.online ocfs2
    """
    _conf_with(cluster)
    offline()
    try:
        systemd.unit("restart", units.UNIT)
    except CommandExecutionError as err:
        unsigned = signed_modules.unsigned_reason(kernel.MODULES)
        raise CommandExecutionError(f"{err} {unsigned}".strip()) from err
    if not configfs.is_online(configfs.cluster(cluster)):
        raise CommandExecutionError(
            f"cluster {cluster} is not online although {units.UNIT} started. "
            f"Fix: look at journalctl -u {units.UNIT}."
        )
    return True


def offline():
    """
    Take every cluster offline here. Refused while a heartbeat is active or an OCFS2 is mounted.

    Returns True. Raises ``CommandExecutionError`` that names what is in use, and by whom.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.offline
    """
    use = in_use()
    if use:
        raise CommandExecutionError(f"o2cb stays online: {use}. Fix: unmount first.")
    if not configfs.names():
        return True
    systemd.unit("stop", units.UNIT)
    # Also one that was taken online by hand, without the unit.
    for name in configfs.names():
        output = tools.run(["o2cb", "unregister-cluster", name])
        if name in configfs.names():
            raise CommandExecutionError(
                f"cluster {name} is still registered: {output.strip() or 'o2cb said nothing'}"
            )
    return True


def in_use():
    """
    What keeps the cluster busy here, as one line; empty if nothing does.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.in_use
    """
    found = []
    for mount in __salt__["ocfs2_mount.mounts"]("ocfs2"):
        users = ", ".join(__salt__["ocfs2_users.of"](mount["path"]))
        found.append(f"{mount['path']} is mounted" + (f" and used by {users}" if users else ""))
    for name in configfs.names():
        regions = heartbeat_regions.of_cluster(name)
        found += [f"region {region} of cluster {name} is active" for region in regions]
    return "; ".join(found)


def _live(cluster):
    if cluster not in configfs.names():
        raise CommandExecutionError(
            f"cluster {cluster} is not online here ({kernel.CLUSTERS}/{cluster} is missing). "
            f"Fix: salt-call o2cb.online {cluster}."
        )
    return configfs.cluster(cluster)


def loadable():
    """
    Whether the running kernel can load the modules of OCFS2, or has them loaded.

    CLI Example:

    .. code-block:: bash

        salt-call o2cb.loadable
    """
    if all(os.path.isdir(f"/sys/module/{module}") for module in kernel.MODULES):
        return True
    if not salt.utils.path.which("modprobe"):
        return False
    index = _mtime(f"/lib/modules/{os.uname().release}/modules.dep.bin")
    if index is None or __context__.get("o2cb.loadable") != index:
        argv = ["modprobe", "--dry-run", "--quiet", "--all", *kernel.MODULES]
        if tools.attempt(argv)["retcode"]:
            return False
        # Every state of a run looks twice, and each look would be a process.
        __context__["o2cb.loadable"] = index
    return True


def _mtime(path):
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


def _settings_path():
    """Return the file the init script sources (ocfs2-tools vendor/common/o2cb.init.sh)."""
    for path in (_SYSCONFIG, _DEFAULT):
        if os.path.isfile(path):
            return path
    return _SYSCONFIG if os.path.isdir(os.path.dirname(_SYSCONFIG)) else _DEFAULT


def _platform_settings():
    try:
        return platforms.required(__grains__).settings
    except PlatformUnknown as err:
        raise CommandExecutionError(str(err)) from err


def _questions():
    """Return the questions of debconf; none on a platform without it, or of which nothing is
    known."""
    platform = platforms.of_minion(__grains__)
    return platform.settings.questions if platform else {}


def _check_settings(values):
    for name, value in values.items():
        if name not in o2cb_settings.NAMES:
            raise SaltInvocationError(f"{name} is none of {', '.join(o2cb_settings.NAMES)}")
        if not re.fullmatch("[A-Za-z0-9]*", str(value)):
            raise SaltInvocationError(f"{name}: {value!r} is not made of letters and digits")


def _conf_with(cluster):
    """Return the Conf on disk; it must know the cluster."""
    text = files.read(cluster_conf.PATH)
    try:
        conf = cluster_conf.parse(text or "")
    except cluster_conf.ConfError as err:
        raise CommandExecutionError(
            f"{cluster_conf.PATH}: {err}. Fix: apply state o2cb.cluster_conf."
        ) from err
    if cluster not in (each.name for each in conf.clusters):
        raise CommandExecutionError(
            f"{cluster_conf.PATH} has no cluster {cluster}. Fix: apply state o2cb.cluster_conf."
        )
    return conf


def _check_by_tool(conf, text):
    """Raise unless the real loader finds in ``text`` the clusters and nodes of ``conf``."""
    if not salt.utils.path.which("o2cb"):
        return
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="cluster.conf.") as new:
        new.write(text)
        new.flush()
        for cluster in conf.clusters:
            argv = ["o2cb", f"--config-file={new.name}", "list-nodes", "--oneline", cluster.name]
            result = tools.attempt(argv)
            want = [
                f"node: {node.number} {node.name} {node.address}:{node.port} {node.cluster}"
                for node in conf.nodes
                if node.cluster == cluster.name
            ]
            if result["stdout"].splitlines() != want:
                raise SaltInvocationError(
                    f"{cluster_conf.PATH}: o2cb reads the new content differently: "
                    f"{result['stderr'].strip() or result['stdout'].strip() or 'no nodes'}"
                )
