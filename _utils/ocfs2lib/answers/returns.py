"""What minions returned, as changes and failures."""


def of_states(answer):
    """``(changes, failures)`` of one minion's state run; anything but a state run is a failure."""
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


def of_state_runs(returns, silent):
    """
    ``({minion id: changes}, failures)`` of one state run on several minions.

    returns, silent
        What ``ocfs2_nodes.ask`` answered.
    """
    changes, failures = {}, [f"{minion}: {reason}" for minion, reason in silent.items()]
    for minion, answer in returns.items():
        changed, failed = of_states(answer)
        if changed:
            changes[minion] = changed
        failures += [f"{minion}: {each}" for each in failed]
    return changes, failures


def of_calls(returns, silent, good=lambda answer: answer is True):
    """
    What went wrong in a call on several minions, as sentences.

    returns, silent
        What ``ocfs2_nodes.ask`` answered.
    good
        Tells whether an answer is one of a call that has succeeded: True, unless told otherwise.
    """
    found = [f"{minion}: {reason}" for minion, reason in silent.items()]
    return found + [f"{minion}: {answer}" for minion, answer in returns.items() if not good(answer)]
