"""The pillar of a cluster of stand-ins: where their packages come from, and who signs them."""

from lab import rpm
from lab import stand_in
from lab.image import ensure_image
from lab.render import APT_PORT
from lab.spec import MASTER_ADDRESS


def key_of(distro):
    """The key that signs the packages of a stand-in, with its secret half."""
    return rpm.SigningKey(ensure_image(distro, print) / stand_in.SIGNING)


def repository(distro):
    """The URL of its packages."""
    return f"http://{MASTER_ADDRESS}:{APT_PORT}/{distro}/"


def take_packages_from(distro, release):
    """A change of the pillar: tools and module come from the repository of the stand-in."""
    entry = {
        "releases": [release],
        "url": repository(distro),
        "key": f"{repository(distro)}{stand_in.KEY}",
        "fingerprints": [key_of(distro).fingerprint],
    }

    def change(section):
        section["repositories"] = {
            **(section.get("repositories") or {}),
            **{f"{distro}-{what}": {**entry, "provides": what} for what in ("tools", "module")},
        }

    return change
