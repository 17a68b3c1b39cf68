"""Why a node restarted, or the others evicted it."""
