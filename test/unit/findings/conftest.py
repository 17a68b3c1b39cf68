"""A healthy cluster of three nodes."""

import pytest

from support import answers
from support.findings import PILLAR


@pytest.fixture
def nodes():
    """The examinations of a healthy cluster, to break one thing in."""
    return answers.examinations(PILLAR)
