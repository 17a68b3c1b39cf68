"""What an inquiry needs of Salt's local client: jobs, the job cache, and the event bus."""

import time

from salt.exceptions import SaltException

from ocfs2lib.answers.inquiry import Question


class JobClient:
    """
    The client of an :class:`answers.inquiry.Inquiry` to real minions.

    client
        Salt's local client.
    """

    now = staticmethod(time.monotonic)

    def __init__(self, client):
        self._client = client

    def send(self, minions, question):
        """Send a job; ``(job id, those of the minions whose key is accepted)``."""
        job = self._client.run_job(
            list(minions), question.fun, arg=question.arg, kwarg=question.kwarg, tgt_type="list"
        )
        return (job["jid"], job["minions"]) if job else (None, [])

    def probe(self, minions, jid):
        """Ask minions whether they are at work on a job; as :meth:`send`."""
        try:
            return self.send(minions, Question("saltutil.find_job", (jid,)))
        except SaltException:
            # A master that is too busy to send it; what the answer would have been is not known.
            return None, []

    def returns(self, jid):
        """``{minion id: what it returned}`` so far."""
        found = self._client.get_cache_returns(jid)
        return {minion: data["ret"] for minion, data in found.items()}

    def signs_of_life(self, seconds):
        """
        The ids of the minions from which anything has come, after so many seconds.

        Whoever returns any job or sends any event is there. Anybody can send an event: it makes a
        node be waited for, up to the limit of the question, and nothing else.
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
