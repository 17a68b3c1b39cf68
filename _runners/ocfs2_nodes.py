"""
Ask the nodes of a roster, and find the rosters.

Everything here targets minions by their ids, as a list, and waits for the very minions it asked:
grains and globs can silently leave nodes out.

.. versionadded:: 1.0.0
"""

import sys
import time

import salt.client
import salt.key

import ocfs2_patience

#: The kinds of module the nodes need; saltutil.sync_all asks the master for a dozen more. Each of
#: them would have the minion load all of Salt anew; only the last does, with the beacons.
_SYNC = {
    "saltutil.sync_utils": [None, False],
    "saltutil.sync_states": [None, False],
    "saltutil.sync_beacons": [None, False],
    "saltutil.sync_modules": [],
}
_SYNC_LIMIT, _CENSUS_LIMIT, _EXAMINATION_LIMIT = 300, 180, 60
#: Seconds after which who has not returned is sent a ping. It costs a node as much as a short job:
#: one that is only slow would be slower for it.
_UNASKED = 30
#: Seconds between two looks into the job cache: a tenth of the time that has gone by, but at most.
_POLL = 0.5
#: Seconds between two questions whether a node still works on the job. Each costs the node a
#: process that has to load Salt, so a slow node is not asked often.
_PROBE_INTERVAL = 120
#: Seconds without any answer to such questions after which a node is lost.
_LOST = 360
#: A node that answers this many of them with "not any more", and has not returned, never will.
_IDLE = 2


def rosters():
    """
    The ``ocfs2`` section of pillar of every accepted minion that has one.

    Pillar is rendered here, on the master; no minion has a say in it.

    Returns ``{minion id: section}``.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.rosters
    """
    found = {}
    for minion in salt.key.get_key(__opts__).list_keys()["minions"]:
        pillar = __salt__["pillar.show_pillar"](minion)
        if "ocfs2" in pillar:
            found[minion] = pillar["ocfs2"]
    return found


def ask(minions, fun, arg=(), kwarg=None, limit=120, presence=None, meanwhile=None):
    """
    Run a function on a list of minions in parallel and wait for all of them.

    minions
        Minion ids.
    fun, arg, kwarg
        The function and its arguments. A list of functions, with a list of arguments for each,
        is run in turn, as one job.
    limit
        Seconds after which a node that has not returned counts as silent. A node that stops
        answering is given up earlier.
    presence
        Seconds within which a node has to return, or at least to answer a ping, which is sent when
        it has not returned for a while; one that does neither is given up then, whatever the limit.
        Without it there is no ping.
    meanwhile
        Called again and again, without arguments, while the nodes are waited for.

    Returns ``(returns, silent)``: what each minion returned, and for each of the others the
    reason. What a silent node did meanwhile is not known.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.ask '[host1.domain.com]' test.ping
    """
    if not minions:
        return {}, {}
    with salt.client.get_local_client(mopts=dict(__opts__)) as client:
        job = client.run_job(list(minions), fun, arg=arg, kwarg=kwarg, tgt_type="list")
        if not job:
            return {}, dict.fromkeys(minions, "has no accepted key on this master")
        watch = _Watch(client, job["jid"], limit, presence)
        return _collect(client, job["jid"], list(minions), job["minions"], fun, watch, meanwhile)


def _collect(client, jid, minions, accepted, fun, watch, meanwhile):
    returns = {}
    silent = {m: "has no accepted key on this master" for m in minions if m not in accepted}
    while True:
        returns.update(_returned(client, jid))
        waiting = [m for m in minions if m not in returns and m not in silent]
        if not waiting:
            break
        for minion in watch.given_up(waiting):
            silent[minion] = f"did not answer {fun if isinstance(fun, str) else ', '.join(fun)}"
        if meanwhile:
            meanwhile()
        time.sleep(watch.pause())
    return {m: returns[m] for m in minions if m in returns}, silent


def _returned(client, jid):
    return {minion: data["ret"] for minion, data in client.get_cache_returns(jid).items()}


class _Watch:
    """Who is still worth waiting for."""

    def __init__(self, client, jid, limit, presence):
        self._client, self._jid = client, jid
        now = time.monotonic()
        self._end, self._next_probe = now + limit, now + _PROBE_INTERVAL
        self._probes, self._counted = [], set()
        self._heard, self._idle = {}, {}
        self._start = now
        self._presence, self._ping = presence, None

    def pause(self):
        """Seconds until it is worth another look."""
        return min(_POLL, 0.05 + (time.monotonic() - self._start) / 10)

    def given_up(self, waiting):
        """Those of ``waiting`` for whom the time, or the patience, is over."""
        now = time.monotonic()
        if now > self._end:
            return waiting
        absent = self._absent(waiting, now)
        if absent:
            return absent
        if now > self._next_probe:
            self._next_probe = now + _PROBE_INTERVAL
            self._listen(now)
            job = self._client.run_job(
                waiting, "saltutil.find_job", arg=[self._jid], tgt_type="list"
            )
            self._probes += [job["jid"]] if job else []
        return [minion for minion in waiting if self._is_lost(minion, now)]

    def _absent(self, waiting, now):
        """Those who have not answered the ping in time."""
        if not self._presence or now < self._start + min(_UNASKED, self._presence / 2):
            return []
        if self._ping is None:
            job = self._client.run_job(waiting, "test.ping", tgt_type="list")
            self._ping = job["jid"] if job else ""
        if now < self._start + self._presence:
            return []
        present = _returned(self._client, self._ping) if self._ping else {}
        self._presence = None
        return [minion for minion in waiting if minion not in present]

    def _listen(self, now):
        """Take in the answers to all questions so far; a slow node's come late."""
        for probe in self._probes:
            for minion, busy in _returned(self._client, probe).items():
                if (probe, minion) in self._counted:
                    continue
                self._counted.add((probe, minion))
                self._heard[minion] = now
                self._idle[minion] = 0 if busy else self._idle.get(minion, 0) + 1

    def _is_lost(self, minion, now):
        silence = now - self._heard.get(minion, self._start)
        return silence > _LOST or self._idle.get(minion, 0) >= _IDLE


def census(minions, luns, firewall, formula=None):
    """
    What nodes tell about themselves and their LUNs (``ocfs2_node.census``).

    minions
        Minion ids.
    luns, firewall
        The arguments of the census.
    formula
        A build of the formula (:func:`ocfs2_version.build`): nodes that answer with another, or
        have none, get the master's first and are asked again. Without it, nothing is synced.

    Returns ``(answers, silent)``, as :func:`ask`; the answers are not checked.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.census '[host1]' '{}' '{backend: none, port: 7777, nodes: {}}'
    """
    question = _Question("ocfs2_node.census", (luns, firewall), {"prove_blank": True})
    if formula is None:
        return question.put_to(minions, presence=ocfs2_patience.WORK)
    return _with_formula(minions, question, formula)


def examine(minions, luns, firewall, ping):
    """
    What the nodes tell of themselves to whoever looks for a fault (``ocfs2_node.examine``).

    minions
        Minion ids.
    luns
        ``{key: device}``
    firewall
        The arguments of ``o2cb_firewall.facts``.
    ping
        Seconds within which a node has to answer a ping, or it is given up.

    Returns ``(answers, silent)``, as :func:`ask`; the answers are not checked.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.examine '[host1]' '{}' '{backend: none, port: 7777, nodes: {}}' 15
    """
    return ask(
        minions,
        "ocfs2_node.examine",
        (luns, firewall),
        # A node that answers the ping may be slow for other reasons.
        limit=ping + _EXAMINATION_LIMIT,
        presence=ping,
    )


def survey(minions, formula):
    """
    What nodes tell that need have neither pillar nor the formula yet (``ocfs2_node.survey``).

    minions
        Minion ids.
    formula
        As for :func:`census`; nodes that have another get the master's.

    Returns ``(answers, silent)``, as :func:`ask`; the answers are not checked.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.survey '[host1]' 1.0.0+5f3a9c20d1e4
    """
    return _with_formula(minions, _Question("ocfs2_node.survey"), formula)


class _Question:
    """A function of the formula, which a node may still have to be given."""

    def __init__(self, fun, arguments=(), kwarg=None):
        self._fun, self._arguments, self._kwarg = fun, arguments, kwarg

    def put_to(self, minions, presence=None):
        return ask(
            list(minions),
            self._fun,
            self._arguments,
            self._kwarg,
            limit=_CENSUS_LIMIT,
            presence=presence,
        )

    def put_until_loaded(self, minions):
        """Ask nodes that may still have to load the modules they have just been given."""
        answers, silent = {}, {}
        end = time.monotonic() + _CENSUS_LIMIT
        waiting = minions
        while waiting and time.monotonic() < end:
            got, lost = self.put_to(waiting)
            answers.update(got)
            silent.update(lost)
            waiting = [minion for minion, answer in got.items() if _not_loaded(answer)]
        return answers, silent


def _with_formula(minions, question, formula):
    """Ask; those that have another build of the formula get the master's and are asked again."""
    # A ping that also tells who has no formula yet: a minion takes a minute of one processor to
    # find out that it does not know a function.
    modules, silent = ask(minions, "saltutil.list_extmods", limit=ocfs2_patience.WORK)
    silent.update(_sync([minion for minion, kinds in modules.items() if not _has_formula(kinds)]))
    answers, lost = question.put_until_loaded(modules.keys() - silent.keys())
    silent.update(lost)
    stale = [minion for minion, answer in answers.items() if _build(answer) != formula]
    silent.update(_sync(stale))
    again, lost = question.put_until_loaded(set(stale) - silent.keys())
    return {**answers, **again}, {**silent, **lost}


def _has_formula(kinds):
    modules = kinds.get("modules") if isinstance(kinds, dict) else None
    return isinstance(modules, list) and "ocfs2" in modules


def _build(answer):
    return answer.get("formula") if isinstance(answer, dict) else None


def _sync(minions):
    """Give the formula to some nodes; ``{minion id: reason}`` of those that did not take it."""
    if minions:
        say(f"syncing the formula to {', '.join(minions)}")
    _, silent = ask(minions, list(_SYNC), list(_SYNC.values()), limit=_SYNC_LIMIT)
    return silent


def _not_loaded(answer):
    return isinstance(answer, str) and "is not available" in answer


def say(text):
    """
    Show progress to the person at the terminal; results go to standard output, this does not.

    text
        One or more lines.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.say 'hello'
    """
    print(text, file=sys.stderr, flush=True)
