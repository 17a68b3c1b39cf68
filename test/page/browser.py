"""A headless Chromium without any network, driven over its two pipes (DevTools protocol)."""

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import time

#: Seconds that the browser may take for anything.
LIMIT = 60


class BrowserError(Exception):
    """The browser did not do what it was told."""


class Browser:
    """One page of one browser."""

    def __init__(self, profile):
        binary = shutil.which("chromium")
        if not binary:
            raise BrowserError("chromium is not installed: make .venv/stamps/packages")
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        self._process = subprocess.Popen(
            [
                # The browser reads orders from file 3 and answers on file 4.
                *("bash", "-c", f'exec "$@" 3<&{orders} 4>&{answers}', "browser", binary),
                *("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
                *("--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}"),
                *("--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"),
                "about:blank",
            ],
            pass_fds=(orders, answers),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(orders)
        os.close(answers)
        self._numbers, self._rest, self._session = itertools.count(1), b"", None
        #: What the browser has said by itself: ``[(method, parameters)]``.
        self.events = []
        target = self.tell("Target.createTarget", url="about:blank")["targetId"]
        attached = self.tell("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.tell(f"{domain}.enable")

    def tell(self, method, **parameters):
        """Send an order; return its result."""
        number = next(self._numbers)
        order = {"id": number, "method": method, "params": parameters}
        if self._session:
            order["sessionId"] = self._session
        os.write(self._orders, json.dumps(order).encode() + b"\0")
        answer = self._until(lambda each: each.get("id") == number, method)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']}")
        return answer["result"]

    def _until(self, wanted, what):
        end = time.monotonic() + LIMIT
        while True:
            while b"\0" in self._rest:
                line, self._rest = self._rest.split(b"\0", 1)
                message = json.loads(line)
                if "method" in message:
                    self.events.append((message["method"], message["params"]))
                if wanted(message):
                    return message
            ready, _, _ = select.select([self._answers], [], [], max(end - time.monotonic(), 0))
            read = os.read(self._answers, 1 << 20) if ready else b""
            if not read:
                raise BrowserError(f"no answer to {what}, exit code {self._process.poll()}")
            self._rest += read

    def open(self, url, width, height=900, **media):
        """Open a page; ``media`` are features such as ``prefers_color_scheme="dark"``."""
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        features = [{"name": k.replace("_", "-"), "value": v} for k, v in media.items()]
        self.tell("Emulation.setEmulatedMedia", features=features)
        self.events.clear()
        self.tell("Page.navigate", url=url)
        if not any(method == "Page.loadEventFired" for method, _ in self.events):
            self._until(lambda each: each.get("method") == "Page.loadEventFired", url)

    def ask(self, expression):
        """The value of an expression in the page."""
        answer = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def picture(self):
        """The whole page, as PNG."""
        options = {"format": "png", "captureBeyondViewport": True}
        return base64.b64decode(self.tell("Page.captureScreenshot", **options)["data"])

    def paper(self):
        """The page as it is printed, as PDF."""
        options = {"preferCSSPageSize": True, "printBackground": True}
        return base64.b64decode(self.tell("Page.printToPDF", **options)["data"])

    def requested(self):
        """The addresses that the page has asked for, itself among them."""
        return [
            parameters["request"]["url"]
            for method, parameters in self.events
            if method == "Network.requestWillBeSent"
        ]

    def complaints(self):
        """What the browser has to say about the page: errors, warnings, issues, calls of it."""
        return [
            (method, parameters)
            for method, parameters in self.events
            if method
            in (
                "Log.entryAdded",
                "Runtime.exceptionThrown",
                "Runtime.consoleAPICalled",
                "Audits.issueAdded",
                "Page.javascriptDialogOpening",
            )
        ]

    def close(self):
        """End the browser, and wait for it."""
        self._session = None
        try:
            self.tell("Browser.close")
            self._process.wait(LIMIT)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._orders)
            os.close(self._answers)
