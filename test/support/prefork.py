"""
Calls the entry point of a program many times, without importing each time what it imports.

:class:`Prefork` starts this file as a program that imports the entry point, and forks for each
call. The child has arguments, output and exit code of its own, and everything else anew.
"""

import gc
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile

_LONGEST = 1 << 17


class Prefork:
    """
    The program that forks, for as long as it is needed.

    entry
        ``module:function``, as an installed script names what it calls.
    imports
        Further modules to be imported before anything is called.
    prefix
        What starts the program, such as ``nsenter`` with its options.
    options
        Those of ``subprocess.Popen`` that the calls share, as ``cwd`` and ``env``.
    """

    def __init__(self, entry, imports=(), prefix=(), **options):
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            argv = [*prefix, sys.executable, __file__, str(theirs.fileno()), entry, *imports]
            self._program = subprocess.Popen(
                argv, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, **options
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
        self._program.wait(30)

    def call(self, argv, timeout=None):
        """
        Call the entry point, and return a ``subprocess.CompletedProcess``.

        argv
            The arguments, ``sys.argv[0]`` among them.
        timeout
            The seconds that it may take; ``TimeoutError`` is raised after them.
        """
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            files = [out.fileno(), err.fileno()]
            socket.send_fds(self._socket, [json.dumps(argv).encode()], files)
            self._socket.settimeout(timeout)
            code = int(self._socket.recv(_LONGEST))
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(argv, code, out.read(), err.read())


def _serve(requests):
    """Fork for each request; return its arguments in the child, and None once nobody asks."""
    while True:
        text, files, _, _ = socket.recv_fds(requests, _LONGEST, 2)
        if not text:
            return None
        child = os.fork()
        if not child:
            requests.close()
            for number, file in enumerate(files, start=1):
                os.dup2(file, number)
                os.close(file)
            return json.loads(text)
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        requests.send(str(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    _, number, entry, *imports = sys.argv
    # The directory of this file is not on the path of what is called.
    del sys.path[0]
    module, _, function = entry.partition(":")
    called = getattr(importlib.import_module(module), function)
    for each in imports:
        importlib.import_module(each)
    # Whoever collects garbage writes to each object, and a child would copy all of the memory.
    gc.collect()
    gc.freeze()
    argv = _serve(socket.socket(fileno=int(number)))
    if argv is not None:
        sys.argv = argv
        sys.exit(called())
