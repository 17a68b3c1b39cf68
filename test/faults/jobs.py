"""The jobs that the lab's master publishes, as its job cache has them."""

import salt.exceptions
import salt.payload


class SaltJob:
    """A job, known from the moment before it is sent to the minions."""

    def __init__(self, directory, load):
        self.directory, self.load = directory, load

    @property
    def jid(self):
        return self.load["jid"]

    @property
    def keywords(self):
        """The keyword arguments of the function."""
        words = {}
        for argument in self.load["arg"]:
            if isinstance(argument, dict) and argument.get("__kwarg__"):
                words.update(argument)
        return words

    def returned(self, minion):
        """Whether the return of a minion has come."""
        return (self.directory / minion / "return.p").exists()


class Jobs:
    """The jobs that were published since this object was made."""

    def __init__(self, lab):
        self._root = lab.state / "master" / "cache" / "jobs"
        self._old = set(self._directories())
        self._known = {}

    def _directories(self):
        return self._root.glob("*/*/")

    def find(self, function, argument=None):
        """Those that run a function, with its first argument; in no order."""
        jobs = [self._job(directory) for directory in set(self._directories()) - self._old]
        return [
            job
            for job in jobs
            if job and job.load["fun"] == function and argument in (None, *job.load["arg"][:1])
        ]

    def _job(self, directory):
        """The job in a directory of the cache, None while it is being written."""
        if directory not in self._known:
            try:
                load = salt.payload.loads((directory / ".load.p").read_bytes())
            except (FileNotFoundError, salt.exceptions.SaltDeserializationError):
                return None
            self._known[directory] = SaltJob(directory, load)
        return self._known[directory]
