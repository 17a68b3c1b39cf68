"""The refusal of a leader, told from every other failure of a format."""

from salt.exceptions import CommandExecutionError


class FormatRefused(CommandExecutionError):  # noqa: N818 - what it is, not that it is an error
    """
    A format was refused before anything was written.

    ``contents`` is what the leader saw on the LUN that is not its own, as text, ``""`` for nothing.
    """

    def __init__(self, text, contents=""):
        super().__init__(text)
        self.contents = contents
