"""What holds for all tests."""

import logging

import pytest

# Salt makes handlers while tests are collected; what they write to is captured, and closed by then.
logging.raiseExceptions = False


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.pluginmanager.register(FailureAtOnce(config))


class FailureAtOnce:
    """Shows why a test on guests has failed when it fails: the others may take hours."""

    def __init__(self, config):
        self._config = config

    def pytest_runtest_logreport(self, report):
        if report.failed and "lab" in report.keywords:
            reporter = self._config.pluginmanager.get_plugin("terminalreporter")
            reporter.write_line("")
            reporter.write_line(report.longreprtext)
