"""What minions returned, as changes and failures."""


def state_run(answer):
    """
    Return ``(changes, failures)`` of the state run of one minion.

    Anything but a state run is a failure.
    """
    if not isinstance(answer, dict):
        text = "; ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
        return {}, [text]
    changes, failures = {}, []
    for tag, state in answer.items():
        if not isinstance(state, dict):
            failures.append(f"{tag}: {state}")
            continue
        name = str(state.get("__id__", tag))
        if state.get("changes"):
            changes[name] = state["changes"]
        if state.get("result") is False:
            failures.append(f"{name}: {state.get('comment')}")
    return changes, failures


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


def failed_calls(answers, silent, succeeded=lambda answer: answer is True):
    """
    Return what went wrong in a call on several minions, as sentences.

    answers, silent
        What :meth:`master.nodes.Nodes.ask` returned.
    succeeded
        Takes an answer, and tells whether the call has succeeded; without it, only True is one
        that has.
    """
    found = [f"{minion}: {reason}" for minion, reason in silent.items()]
    wrong = {minion: answer for minion, answer in answers.items() if not succeeded(answer)}
    return found + [f"{minion}: {answer}" for minion, answer in wrong.items()]
