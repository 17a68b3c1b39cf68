"""
Ask the nodes of a roster.

Everything here targets minions by their ids, as a list, and waits for the very minions it asked:
grains and globs can silently leave nodes out.
"""

import contextlib
import time

import salt.client

from ocfs2lib import timeouts
from ocfs2lib.answers.inquiry import Inquiry
from ocfs2lib.answers.inquiry import Question
from ocfs2lib.master import old_files
from ocfs2lib.master.job_client import JobClient
from ocfs2lib.master.owed_answers import OwedAnswers
from ocfs2lib.master.progress import WaitingNotice
from ocfs2lib.master.progress import say
from ocfs2lib.system import formula_code
from ocfs2lib.timeouts import WaitPolicy
from ocfs2lib.version import PYTHON

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
#: Seconds before each question whether nodes that have just been given the formula know it by now.
#: One that cannot load it never will, and each question costs it a load of all modules.
_PAUSES = (0, 2, 4, 8, 16, 32, 64)
#: Where it is kept which looks were given up, and which questions on which a change depends. A look
#: that hangs keeps no change waiting.
_LOOKS, _WORK = "ocfs2/owed/looks", "ocfs2/owed/work"


class Nodes:
    """
    The minions of this master.

    opts
        Salt's options of the master.
    """

    def __init__(self, opts):
        self._opts = opts
        self._looks, self._work = OwedAnswers(opts, _LOOKS), OwedAnswers(opts, _WORK)

    def ask(self, minions, fun, arg=(), kwarg=None, limit=120, meanwhile=None):
        """
        Run a function on a list of minions in parallel and wait for all of them.

        minions
            Minion ids.
        fun, arg, kwarg
            The function and its arguments. A list of functions, with a list of arguments for each,
            is run in turn, as one job.
        limit
            Seconds after which a node that has not returned counts as silent. A node of which
            nothing is heard for six minutes, although it is asked, is given up earlier.
        meanwhile
            Called again and again, without arguments, while the nodes are waited for.

        Return ``(returns, silent)``: what each minion returned, and for each of the others the
        reason. What a silent node did meanwhile is not known.
        """
        policy = WaitPolicy(minions, timeouts.LONGEST, limit)
        found = self._put(minions, Question(fun, tuple(arg), kwarg), policy, meanwhile=meanwhile)
        return found.returns, found.silent

    def look(self, minions, fun, arg=(), timeout=None, usual=None, patient=False):
        """
        Have nodes look at something, for somebody who looks on. It changes nothing on them.

        A node is waited for as :class:`timeouts.WaitPolicy` says. One that is given up is not given
        another look until it has ended this one.

        minions
            Minion ids.
        fun, arg
            The function and its arguments.
        timeout
            Seconds after which the look ends, whoever has answered by then; None for no such end.
        usual
            ``{minion id: seconds}`` that its last looks took.
        patient
            Wait as long as a run that changes something does.

        Return ``{"answers", "silent", "slow", "took"}``: what each minion returned, not checked;
        for each of the others the reason; the ids of those of them that are at work all the same;
        and the seconds that each answer took.
        """
        least = timeouts.WORK if patient else timeouts.LOOK
        policy = WaitPolicy(minions, least, _LOOK_LIMIT, usual=usual, bound=timeout)
        found = self._put_if_free(minions, Question(fun, tuple(arg)), policy, self._looks)
        return {
            "answers": found.returns,
            "silent": found.silent,
            "slow": sorted(found.slow),
            "took": policy.took,
        }

    def lacking(self, minions, fun, timeout=None):
        """
        Return those of some minions that say that they do not have a function.

        minions
            Minion ids.
        fun
            The function.
        timeout
            As for :meth:`look`.
        """
        policy = WaitPolicy(minions, timeouts.LOOK, _LOOK_LIMIT, bound=timeout)
        known = self._put(minions, _functions(fun), policy).returns
        return [
            minion
            for minion, names in known.items()
            if isinstance(names, list) and fun not in names
        ]

    def census(self, minions, luns, setup, formula=None):
        """
        Ask nodes what they are and what their LUNs hold (``ocfs2_node.census``).

        minions
            Minion ids.
        luns, setup
            The arguments of the census.
        formula
            A build of the formula (:func:`system.formula_code.build`): nodes that answer with
            another, or have none, get the master's first and are asked again. Without it, nothing
            is synced.

        Return ``(answers, silent)``, as :meth:`ask`; the answers are not checked.
        """
        question = Question("ocfs2_node.census", (luns, setup), {"prove_blank": True})
        if formula is None:
            return self._put_for_work(minions, question)
        return self._with_formula(minions, question, formula)

    def survey(self, minions, formula):
        """
        Ask nodes that need have neither pillar nor the formula yet (``ocfs2_node.survey``).

        minions
            Minion ids.
        formula
            As for :meth:`census`; nodes that have another get the master's.

        Return ``(answers, silent)``, as :meth:`ask`; the answers are not checked.
        """
        return self._with_formula(minions, Question("ocfs2_node.survey"), formula)

    def luns(self, minions, formula):
        """
        Ask nodes that need have neither pillar nor the formula yet which LUNs they see
        (``ocfs2_node.luns``).

        minions, formula
            As for :meth:`survey`.

        Return ``(answers, silent)``, as :meth:`ask`; the answers are not checked.
        """
        return self._with_formula(minions, Question("ocfs2_node.luns"), formula)

    def probe(self, minions):
        """
        Ask nodes that were given up whether they are still at work, and do not wait for it.

        minions
            Minion ids.

        Return, for :meth:`settled`, ``{minion id: [job id, job id]}``: of what the node owes, and
        of this question. A node that owes nothing is not in it.
        """
        owing, found = {}, {}
        for minion, owed in self._work.of(minions).items():
            owing.setdefault(owed["jid"], []).append(minion)
        with self._client() as client:
            for owed, those in owing.items():
                asked, accepted = client.probe(those, owed)
                found.update({minion: [owed, asked] for minion in accepted})
        return found

    def settled(self, probes):
        """
        Return the nodes that were given up and are free again: what they owed has come, or they
        have said that they are not at work on it any more. They owe nothing from then on.

        probes
            What :meth:`probe` returned a while ago.
        """
        # Nodes share jobs.
        jobs = {jid for pair in probes.values() for jid in pair}
        with self._client() as client:
            returns = {jid: client.returns(jid) for jid in jobs}
        found = [
            minion
            for minion, (owed, asked) in probes.items()
            if minion in returns[owed] or returns[asked].get(minion) == {}
        ]
        self._work.forget(found)
        return found

    @contextlib.contextmanager
    def _client(self):
        with salt.client.get_local_client(mopts=dict(self._opts)) as client:
            yield JobClient(client)

    def _put(self, minions, question, policy, owed=None, repeats=False, meanwhile=None):
        """Put a question and wait; the :class:`answers.inquiry.Inquiry`, over."""
        notice = WaitingNotice(question)

        def each(seconds, waiting):
            notice(seconds, waiting)
            if meanwhile:
                meanwhile()

        with self._client() as client:
            inquiry = Inquiry(client, question, policy, owed, repeats, each)
            return inquiry.run(minions) if minions else inquiry

    def _put_if_free(self, minions, question, policy, owed_answers):
        """
        The same, to each node once it is done with what it owes from earlier questions. What is
        owed afterwards is kept.
        """
        before = owed_answers.of(minions)
        found = self._put(minions, question, policy, owed=before, repeats=True)
        owed_answers.replace(before, found.owed)
        return found

    def _put_for_work(self, minions, question, least=timeouts.WORK, limit=_CENSUS_LIMIT):
        """Put a question on which a change depends: who is only slow is not left out."""
        policy = WaitPolicy(minions, least, limit)
        found = self._put_if_free(list(minions), question, policy, self._work)
        return found.returns, found.silent

    def _with_formula(self, minions, question, formula):
        """Ask; those that have another build of the formula get the master's, and again."""
        # A ping that also tells who has no formula yet: a minion takes a minute of one processor
        # to find out that it does not know a function.
        modules, silent = self._put_for_work(minions, Question("saltutil.list_extmods"))
        lacking = {minion for minion, kinds in modules.items() if not _has_formula(kinds)}
        answers, lost = self._put_for_work(modules.keys() - lacking, question)
        silent.update(lost)
        stale = {minion for minion, answer in answers.items() if _build(answer) != formula}
        silent.update(self._too_old(lacking - silent.keys()))
        silent.update(self._sync((lacking | stale) - silent.keys()))
        again, lost = self._put_until_loaded((lacking | stale) - silent.keys(), question)
        answers.update(again)
        silent.update(lost)
        still = [minion for minion, each in again.items() if _build(each) not in (None, formula)]
        silent.update(self._left_over(still))
        return {each: answers[each] for each in answers.keys() - silent.keys()}, silent

    def _too_old(self, minions):
        """Return ``{minion id: reason}`` of those whose Python could not load the formula."""
        if not minions:
            return {}
        found, _ = self._put_for_work(minions, Question("grains.get", ("pythonversion",)))
        return {
            minion: (
                f"its Salt runs on Python {'.'.join(map(str, version[:3]))}, and the formula needs "
                f"{'.'.join(map(str, PYTHON))} or newer; install the packages of the Salt Project "
                "there, which bring their own"
            )
            for minion, version in found.items()
            if _is_version(version) and tuple(version[:2]) < PYTHON
        }

    def _left_over(self, minions):
        """Return ``{minion id: reason}`` of those that a sync does not rid of an older formula."""
        if not minions:
            return {}
        ours = formula_code.names(self._opts["extension_modules"])
        cleans = self._opts.get("clean_dynamic_modules", True)
        kept, _ = self._put_for_work(minions, old_files.QUESTION)
        reasons = {minion: old_files.reason(each, ours, cleans) for minion, each in kept.items()}
        return {minion: reason for minion, reason in reasons.items() if reason}

    def _sync(self, minions):
        """Give the formula to nodes; ``{minion id: reason}`` of those that did not take it."""
        if minions:
            say(f"syncing the formula to {', '.join(sorted(minions))}")
        question = Question(list(_SYNC), tuple(_SYNC.values()), called="saltutil.sync_*")
        return self._put_for_work(minions, question, timeouts.LONGEST, _SYNC_LIMIT)[1]

    def _put_until_loaded(self, minions, question):
        """
        Ask nodes that may still have to load the modules that they have just been given.

        One that has answered with facts has loaded them. Of the others it is asked whether they
        know the function by now; those that do are asked once more, and their answer counts.
        """
        answers, silent = self._put_for_work(minions, question)
        waiting = [minion for minion, answer in answers.items() if not isinstance(answer, dict)]
        for pause in _PAUSES:
            if not waiting:
                break
            time.sleep(pause)
            known, lost = self._put_for_work(waiting, _functions(question.fun))
            silent.update(lost)
            loaded = [minion for minion, names in known.items() if _lists(names, question.fun)]
            again, lost = self._put_for_work(loaded, question)
            answers.update(again)
            silent.update(lost)
            waiting = [minion for minion in known if minion not in loaded]
        for minion in waiting:
            silent[minion] = (
                f"cannot load the formula that it was given: {answers.pop(minion)}. "
                f"On it, salt-call {question.fun.partition('.')[0]}.host shows more"
            )
        return answers, silent


def _functions(function):
    return Question("sys.list_functions", (function.partition(".")[0],))


def _lists(names, function):
    return isinstance(names, list) and function in names


def _is_version(grain):
    return isinstance(grain, list) and all(isinstance(part, int) for part in grain[:2])


def _has_formula(kinds):
    modules = kinds.get("modules") if isinstance(kinds, dict) else None
    return isinstance(modules, list) and "ocfs2" in modules


def _build(answer):
    return answer.get("formula") if isinstance(answer, dict) else None
