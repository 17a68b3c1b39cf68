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


def of_calls(returns, silent):
    """
    What went wrong in a call that returns True where it succeeded, as sentences.

    returns, silent
        What ``ocfs2_nodes.ask`` answered.
    """
    found = [f"{minion}: {reason}" for minion, reason in silent.items()]
    return found + [
        f"{minion}: {answer}" for minion, answer in returns.items() if answer is not True
    ]
