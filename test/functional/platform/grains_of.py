"""Print what Salt's own grains make of each file os-release; for ``unshare --mount`` alone.

Arguments: the directory with the files, and another for a file debian_version.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from salt.grains import core

OS_RELEASE = "/usr/lib/os-release"
DEBIAN_VERSION = "/etc/debian_version"


def main(directory, scratch):
    """Print ``{name of the file: grains}``."""
    found = {}
    for path in sorted(Path(directory).glob("[a-z]*")):
        version = Path(scratch, "debian_version")
        version.write_text("forky/sid\n" if "forky" in path.name else "12.11\n")
        read, write = os.pipe()
        # A process for each: the libraries beneath remember what they read.
        child = os.fork()
        if not child:
            _bind(path, OS_RELEASE)
            _bind(version, DEBIAN_VERSION)
            # As the loader does it.
            core.__opts__ = {}
            os.write(write, json.dumps(core.os_data()).encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as answer:
            found[path.name] = json.load(answer)
        os.waitpid(child, 0)
        subprocess.run(["umount", OS_RELEASE, DEBIAN_VERSION], check=True)
    print(json.dumps(found))


def _bind(path, target):
    subprocess.run(["mount", "--bind", str(path), target], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
