"""No firewall of the formula: the operator opens the port by other means."""

from ocfs2lib.firewall import backend


class NoFirewall(backend.Backend):
    """It owns nothing and looks at nothing."""

    name = "none"
    unit = None

    def files(self, port, peers, service):
        return {}

    def rules(self, run):
        return []

    def has_rules(self, rules):
        return False

    def load(self, run, port, peers):
        pass

    def unload(self, run):
        pass

    def ours(self, rules, port, peers):
        return {}

    def expected(self, port, peers):
        return {}
