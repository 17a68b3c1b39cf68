"""
Statements about a cluster that was built by hand, each about some of its parts.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """
    A sentence or two.

    ``subjects`` is what it is about: minion ids, LUNs, volumes or keys of pillar; none if the
    text itself names it.
    """

    subjects: tuple[str, ...]
    text: str

    def __str__(self):
        return _with_subjects(self.subjects, self.text)


@dataclass(frozen=True)
class Issue(Statement):
    """
    Something about the cluster that has to be known: what, why it matters, what to do.

    ``obstacle`` is whether it has to be corrected, or looked at, before the pillar can be applied.
    """

    obstacle: bool = False

    __str__ = Statement.__str__


def issue(subject, text, obstacle=False):
    """
    Return an :class:`Issue`.

    subject
        One subject, or a tuple or list of them.
    text
        What, why it matters, and what to do.
    obstacle
        See :class:`Issue`.
    """
    subjects = (subject,) if isinstance(subject, str) else tuple(subject)
    return Issue(subjects, text, obstacle)


def grouped(statements):
    """
    Return statements as texts; those with one text for several subjects are one.

    statements
        :class:`Statement` objects, in the order of the texts.
    """
    subjects = {}
    for number, each in enumerate(statements):
        # One without a subject is never joined with another.
        key = each.text if each.subjects else number
        subjects.setdefault(key, (each.text, []))[1].extend(each.subjects)
    return [_with_subjects(names, text) for text, names in subjects.values()]


def _with_subjects(subjects, text):
    return f"{', '.join(subjects)}: {text}" if subjects else text
