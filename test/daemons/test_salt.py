"""What the tests against daemons stand on."""

import salt.version

from daemons.conftest import MINIONS


def test_all_that_is_started_is_the_salt_of_this_run(site):
    """Two runs side by side, one with each Salt, must not start each other's."""
    versions = site.salt_run("manage.versions").data
    assert versions["Master"] == salt.version.__version__
    assert versions["Up to date"] == dict.fromkeys(MINIONS, salt.version.__version__)
