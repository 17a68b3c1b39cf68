"""
What the formula tells an operator when something cannot be done. Anything else that is raised is
a bug, and is shown with its traceback.
"""


class FormulaError(Exception):
    """Something cannot be done, for a reason that an operator can read and mend."""


class PillarInvalid(FormulaError):  # noqa: N818 - what it is, not that it is an error
    """The pillar has errors: ``problems`` is a tuple of all of them."""

    def __init__(self, problems):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class NotInRoster(FormulaError):  # noqa: N818
    """A minion is no node of the cluster."""


class ArgumentInvalid(FormulaError):  # noqa: N818
    """An argument is not one that can be used."""


class PlatformUnknown(FormulaError):  # noqa: N818
    """The host runs a distribution on which the formula was not tested."""


class KeyRefused(FormulaError):  # noqa: N818
    """A key with which packages are signed is not the one that it should be."""


class PackageRefused(FormulaError):  # noqa: N818
    """A package is not the one that pillar describes."""


class FileInvalid(FormulaError):  # noqa: N818
    """A file of the host, or what a tool lists, is not in a form that is understood."""


class RulesRefused(FormulaError):  # noqa: N818
    """A firewall that the host runs cannot be given the rules as it is."""


class AnswerMalformed(FormulaError):  # noqa: N818
    """What a node answered does not have the shape of an answer."""


class FunctionMissing(AnswerMalformed):
    """A node does not have the function that was called."""


class RecordUnreadable(FormulaError):  # noqa: N818
    """A record of the master cannot be read, or does not read back as it was written."""


class RecordUnwritable(FormulaError):  # noqa: N818
    """A record, or a line of the audit log, cannot be written."""


class NoAnswers(FormulaError):  # noqa: N818
    """No node has told what was asked."""


class ChangeRefused(FormulaError):  # noqa: N818
    """A record of the master is not changed by hand, for the reason that is named."""


class MasterBusy(FormulaError):  # noqa: N818
    """Another run on this master is changing a cluster."""


class Refused(FormulaError):  # noqa: N818
    """What was asked for cannot be done; ``args`` are the reasons. Nothing was changed."""

    def __str__(self):
        return "\n".join([*map(str, self.args), "Refused: nothing was changed."])


class StepFailed(FormulaError):  # noqa: N818
    """A step of an operation did not reach its end; ``args`` are the reasons."""

    def __str__(self):
        return "; ".join(map(str, self.args))
