"""What Salt gives a runner, for the code that no loader gives anything."""

from dataclasses import dataclass

import salt.key


@dataclass(frozen=True)
class Context:
    """
    opts
        Salt's options of the master.
    show_pillar
        The runner function ``pillar.show_pillar``.
    job
        The id of Salt's job: the orchestration's, or salt-run's own; ``""`` if there is none.
    """

    opts: dict
    show_pillar: object
    job: str = ""

    @property
    def testing(self):
        """Whether nothing may be changed (``test=True``)."""
        return bool(self.opts.get("test"))

    def sections(self):
        """
        Return ``{minion id: the ocfs2 section of its pillar}`` of every accepted minion that has
        one. Pillar is rendered here, on the master; no minion has a say in it.
        """
        found = {}
        for minion in salt.key.get_key(self.opts).list_keys()["minions"]:
            pillar = self.show_pillar(minion)
            if "ocfs2" in pillar:
                found[minion] = pillar["ocfs2"]
        return found
