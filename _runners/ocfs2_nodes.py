"""
Ask the nodes of a roster, and find the rosters.

Everything here targets minions by their ids, as a list, and waits for the very minions it asked:
grains and globs can silently leave nodes out.

.. versionadded:: 1.0.0
"""

import sys
import time

import salt.cache
import salt.client
import salt.key
from salt.exceptions import SaltException

from ocfs2lib import timeouts
from ocfs2lib.answers.inquiry import Inquiry
from ocfs2lib.answers.inquiry import Question
from ocfs2lib.answers.returns import has_no_function
from ocfs2lib.timeouts import Patience

#: The kinds of module the nodes need; saltutil.sync_all asks the master for a dozen more. Each of
#: them would have the minion load all of Salt anew; only the last does, with the beacons.
_SYNC = {
    "saltutil.sync_utils": [None, False],
    "saltutil.sync_states": [None, False],
    "saltutil.sync_beacons": [None, False],
    "saltutil.sync_modules": [],
}
#: Seconds that a node may be at work on a look, a census, a sync, however often it is heard.
_LOOK_LIMIT, _CENSUS_LIMIT, _SYNC_LIMIT = 300, 600, 900
#: Seconds for which nodes that have just been given the formula may still not know it.
_LOADING = 180
#: Seconds between two lines that say who is waited for, and how many nodes each names.
_TOLD, _NAMED = 30, 5
#: Where it is kept which looks were given up, and which questions on which a change depends. A look
#: that hangs keeps no change waiting.
_OWED_LOOKS, _OWED_WORK = "ocfs2/owed/looks", "ocfs2/owed/work"
#: Seconds after which Salt knows no more of a job (keep_jobs_seconds).
_OWED_AGE = 86400


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


def ask(minions, fun, arg=(), kwarg=None, limit=120, meanwhile=None):
    """
    Run a function on a list of minions in parallel and wait for all of them.

    minions
        Minion ids.
    fun, arg, kwarg
        The function and its arguments. A list of functions, with a list of arguments for each,
        is run in turn, as one job.
    limit
        Seconds after which a node that has not returned counts as silent. A node of which nothing
        is heard for six minutes, although it is asked, is given up earlier.
    meanwhile
        Called again and again, without arguments, while the nodes are waited for.

    Returns ``(returns, silent)``: what each minion returned, and for each of the others the
    reason. What a silent node did meanwhile is not known.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.ask '[host1.domain.com]' test.ping
    """
    patience = Patience(minions, timeouts.LOST, limit)
    found = _put(minions, Question(fun, tuple(arg), kwarg), patience, meanwhile=meanwhile)
    return found.returns, found.silent


def look(minions, fun, arg=(), timeout=None, usual=None, patient=False):
    """
    Have nodes look at something, for somebody who looks on. It changes nothing on them.

    A node is waited for as :class:`timeouts.Patience` says. One that is given up is not given
    another look until it has ended this one.

    minions
        Minion ids.
    fun, arg
        The function and its arguments.
    timeout
        Seconds after which the look ends, whoever has answered by then; None for patience.
    usual
        ``{minion id: seconds}`` that its last looks took.
    patient
        Have the patience of a run that changes something.

    Returns ``{"answers", "silent", "slow", "took"}``: what each minion returned, not checked; for
    each of the others the reason; the ids of those of them that are at work all the same; and the
    seconds that each answer took.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.look '[host1.domain.com]' test.ping
    """
    least = timeouts.WORK if patient else timeouts.LOOK
    patience = Patience(minions, least, _LOOK_LIMIT, usual=usual, bound=timeout)
    found = _put_joined(minions, Question(fun, tuple(arg)), patience, _OWED_LOOKS)
    return {
        "answers": found.returns,
        "silent": found.silent,
        "slow": sorted(found.slow),
        "took": patience.took,
    }


def probe(minions):
    """
    Ask nodes that were given up whether they are still at work. The answers are not waited for.

    minions
        Minion ids.

    Returns, for :func:`settled`, ``{minion id: [job id, job id]}``: of what the node owes, and of
    this question. A node that owes nothing is not in it.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.probe '[host1.domain.com]'
    """
    owing, found = {}, {}
    for minion, known in _owed(_OWED_WORK, minions).items():
        owing.setdefault(known["jid"], []).append(minion)
    with salt.client.get_local_client(mopts=dict(__opts__)) as client:
        line = _Line(client)
        for owed, those in owing.items():
            asked, accepted = line.probe(those, owed)
            found.update({minion: [owed, asked] for minion in accepted})
    return found


def settled(probes):
    """
    Which of the nodes that were given up are free again: what they owed has come, or they have said
    that they are not at work on it any more.

    probes
        What :func:`probe` returned a while ago.

    Returns their ids. They owe nothing from then on.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.settled '{host1.domain.com: ["20260131235959000001", "20260131..."]}'
    """
    # Nodes share jobs.
    jobs = {jid for pair in probes.values() for jid in pair}
    with salt.client.get_local_client(mopts=dict(__opts__)) as client:
        line = _Line(client)
        returns = {jid: line.returns(jid) for jid in jobs}
    found = [
        minion
        for minion, (owed, asked) in probes.items()
        if minion in returns[owed] or returns[asked].get(minion) == {}
    ]
    cache = _cache()
    for minion in found:
        cache.flush(_OWED_WORK, minion)
    return found


def _put(minions, question, patience, owed=None, repeats=False, meanwhile=None):
    """Put a question and wait; the :class:`answers.inquiry.Inquiry`, over."""
    told = _Told(question)

    def each(seconds, waiting):
        told(seconds, waiting)
        if meanwhile:
            meanwhile()

    with salt.client.get_local_client(mopts=dict(__opts__)) as client:
        inquiry = Inquiry(_Line(client), question, patience, owed, repeats, each)
        return inquiry.run(minions) if minions else inquiry


def _put_joined(minions, question, patience, bank):
    """The same, joining what was given up earlier and keeping what is by now."""
    before = _owed(bank, minions)
    found = _put(minions, question, patience, owed=before, repeats=True)
    cache = _cache()
    for minion, owed in found.owed.items():
        if owed != before.get(minion):
            # In later runs the monotonic clock is another.
            age = time.monotonic() - owed["time"]
            cache.store(bank, minion, {**owed, "time": time.time() - age})
    for minion in before.keys() - found.owed.keys():
        cache.flush(bank, minion)
    return found


def _cache():
    # Not what another process has kept in memory.
    return salt.cache.factory(__opts__, memcache_expire_seconds=0)


def _owed(bank, minions):
    """``{minion id: {"jid", "fun", "time"}}`` of what was given up and may still go on."""
    cache = _cache()
    owed = {each: cache.fetch(bank, each) for each in set(minions) & set(cache.list(bank) or ())}
    ages = {each: time.time() - known["time"] for each, known in owed.items()}
    return {
        each: {**known, "time": time.monotonic() - ages[each]}
        for each, known in owed.items()
        if ages[each] < _OWED_AGE
    }


class _Line:
    """The line of an inquiry to real minions."""

    now = staticmethod(time.monotonic)

    def __init__(self, client):
        self._client = client

    def put(self, minions, question):
        job = self._client.run_job(
            list(minions), question.fun, arg=question.arg, kwarg=question.kwarg, tgt_type="list"
        )
        return (job["jid"], job["minions"]) if job else (None, [])

    def probe(self, minions, jid):
        try:
            return self.put(minions, Question("saltutil.find_job", (jid,)))
        except SaltException:
            # A master that is too busy to send it; what it would have told is then not known.
            return None, []

    def returns(self, jid):
        found = self._client.get_cache_returns(jid)
        return {minion: data["ret"] for minion, data in found.items()}

    def heard(self, seconds):
        """
        Whoever returns any job or sends any event is there.

        What says so is no more than a word on the event bus: it makes a node be waited for, up to
        the limit of the question, and nothing else.
        """
        found, end = set(), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            event = self._client.event.get_event(wait=left, full=True)
            if event is None:
                # Without a bus it comes back at once.
                time.sleep(max(0, end - time.monotonic()))
                break
            if event["tag"] == "salt/event/exit":
                # This is what Salt makes of Ctrl-C.
                raise KeyboardInterrupt
            minion = event["data"].get("id") if isinstance(event["data"], dict) else None
            if isinstance(minion, str):
                found.add(minion)
        return found


class _Told:
    """Say now and then who is waited for, and how long already."""

    def __init__(self, question):
        self._name, self._next = question.name, _TOLD

    def __call__(self, seconds, waiting):
        if seconds < self._next:
            return
        self._next = seconds + _TOLD
        named = ", ".join(waiting[:_NAMED])
        more = f" and {len(waiting) - _NAMED} others" if len(waiting) > _NAMED else ""
        say(f"waiting for {named}{more} to answer {self._name}: {seconds:.0f} s")


def census(minions, luns, firewall, formula=None):
    """
    What nodes tell about themselves and their LUNs (``ocfs2_node.census``).

    minions
        Minion ids.
    luns, firewall
        The arguments of the census.
    formula
        A build of the formula (:func:`version.build`): nodes that answer with another, or
        have none, get the master's first and are asked again. Without it, nothing is synced.

    Returns ``(answers, silent)``, as :func:`ask`; the answers are not checked.

    CLI Example:

    .. code-block:: bash

        salt-run ocfs2_nodes.census '[host1]' '{}' '{backend: none, port: 7777, nodes: {}}'
    """
    question = Question("ocfs2_node.census", (luns, firewall), {"prove_blank": True})
    if formula is None:
        return _put_for_work(minions, question)
    return _with_formula(minions, question, formula)


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
    return _with_formula(minions, Question("ocfs2_node.survey"), formula)


def _put_for_work(minions, question, least=timeouts.WORK, limit=_CENSUS_LIMIT):
    """Put a question on which a change depends: who is only slow is not left out."""
    found = _put_joined(list(minions), question, Patience(minions, least, limit), _OWED_WORK)
    return found.returns, found.silent


def _put_until_loaded(minions, question):
    """Ask nodes that may still have to load the modules they have just been given."""
    answers, silent = {}, {}
    end = time.monotonic() + _LOADING
    waiting = minions
    while waiting and time.monotonic() < end:
        got, lost = _put_for_work(waiting, question)
        answers.update(got)
        silent.update(lost)
        waiting = [minion for minion, answer in got.items() if has_no_function(answer)]
    return answers, silent


def _with_formula(minions, question, formula):
    """Ask; those that have another build of the formula get the master's and are asked again."""
    # A ping that also tells who has no formula yet: a minion takes a minute of one processor to
    # find out that it does not know a function.
    modules, silent = _put_for_work(minions, Question("saltutil.list_extmods"))
    silent.update(_sync([minion for minion, kinds in modules.items() if not _has_formula(kinds)]))
    answers, lost = _put_until_loaded(modules.keys() - silent.keys(), question)
    silent.update(lost)
    stale = [minion for minion, answer in answers.items() if _build(answer) != formula]
    silent.update(_sync(stale))
    again, lost = _put_until_loaded(set(stale) - silent.keys(), question)
    return {**answers, **again}, {**silent, **lost}


def _has_formula(kinds):
    modules = kinds.get("modules") if isinstance(kinds, dict) else None
    return isinstance(modules, list) and "ocfs2" in modules


def _build(answer):
    return answer.get("formula") if isinstance(answer, dict) else None


def _sync(minions):
    """Give the formula to some nodes; ``{minion id: reason}`` of those that did not take it."""
    if minions:
        say(f"syncing the formula to {', '.join(sorted(minions))}")
    question = Question(list(_SYNC), tuple(_SYNC.values()), called="saltutil.sync_*")
    return _put_for_work(minions, question, timeouts.LOST, _SYNC_LIMIT)[1]


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
