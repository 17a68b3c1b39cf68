"""The fixtures of the functional tests: the loaders of a minion, and namespaces of our own."""

from functional.conftest import config
from functional.conftest import minion
from functional.conftest import modules
from functional.conftest import sandbox
from functional.conftest import states
from functional.conftest import states_test

__all__ = ["config", "minion", "modules", "sandbox", "states", "states_test"]
