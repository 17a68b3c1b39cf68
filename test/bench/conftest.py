"""The fixtures of the functional tests, and of those with real daemons."""

from daemons.conftest import salt_factories_config
from daemons.conftest import section
from daemons.conftest import site
from functional.conftest import config
from functional.conftest import minion
from functional.conftest import modules
from functional.conftest import sandbox

__all__ = ["config", "minion", "modules", "salt_factories_config", "sandbox", "section", "site"]
