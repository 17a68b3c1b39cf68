"""What goes wrong with a cluster, each brought about for real, as the modules of findings do it."""

from . import luns
from . import net
from . import nodes
from . import settings
from . import volumes

BREAKAGES = (
    *nodes.BREAKAGES,
    *settings.BREAKAGES,
    *net.BREAKAGES,
    *luns.BREAKAGES,
    *volumes.BREAKAGES,
)
