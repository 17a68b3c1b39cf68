"""What minions returned, as changes and failures."""

from ocfs2lib.answers import calls
from ocfs2lib.answers.shape import MAYBE_FLAG
from ocfs2lib.errors import AnswerMalformed


def state_run(answer):
    """
    Return ``(changes, failures)`` of the state run of one minion.

    Anything but a state run is a failure.
    """
    if not isinstance(answer, dict) or not answer:
        said = answer if isinstance(answer, list) and answer else [calls.reason(answer)]
        return {}, ["; ".join(map(str, said))]
    changes, failures = {}, []
    for tag, state in answer.items():
        if not isinstance(state, dict) or type(state.get("result", "")) not in MAYBE_FLAG:
            failures.append(f"{tag}: {calls.reason(state)}")
            continue
        name = str(state.get("__id__", tag))
        if state.get("changes"):
            changes[name] = state["changes"]
        if state.get("result") is False:
            failures.append(f"{name}: {state.get('comment')}")
    return changes, failures


def format_refused(answer):
    """
    Return what the LUN held that is not ours, as text, by a leader that refused to format it before
    anything was written (``""``: nothing); None if it has not said so.

    answer
        What the leader returned of the state run.
    """
    states = answer.values() if isinstance(answer, dict) else ()
    said = [each.get("format_refused") for each in states if isinstance(each, dict)]
    refused = [each for each in said if each is not None]
    if len(refused) != 1 or not isinstance(refused[0], dict):
        return None
    contents = refused[0].get("contents")
    return contents if isinstance(contents, str) else None


def state_runs(answers, silent):
    """
    Return ``({minion id: changes}, failures)`` of one state run on several minions.

    answers, silent
        What :meth:`master.nodes.Nodes.ask` returned.
    """
    changes, failures = {}, [f"{minion}: {reason}" for minion, reason in silent.items()]
    for minion, answer in answers.items():
        changed, failed = state_run(answer)
        if changed:
            changes[minion] = changed
        failures += [f"{minion}: {each}" for each in failed]
    return changes, failures


def of_calls(answers, silent, read=calls.done):
    """
    Return ``({minion id: answer}, failures)`` of a call on several minions; the failures are
    sentences.

    answers, silent
        What :meth:`master.nodes.Nodes.ask` returned.
    read
        A function of :mod:`answers.calls`, for what the function that was called returns.
    """
    good, failures = {}, [f"{minion}: {reason}" for minion, reason in silent.items()]
    for minion, answer in answers.items():
        try:
            good[minion] = read(answer)
        except AnswerMalformed as err:
            failures.append(f"{minion}: {err}")
    return good, failures
