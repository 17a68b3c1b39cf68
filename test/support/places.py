"""Places in nested dicts and lists, as paths of keys."""


def places(value, path=()):
    """Every place below ``value``."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


def at(value, path):
    """What stands at a place of ``value``."""
    for key in path:
        value = value[key]
    return value


def put(path, value):
    """Return a function that puts ``value`` at this place of what it is called with."""

    def change(whole):
        at(whole, path[:-1])[path[-1]] = value

    return change
