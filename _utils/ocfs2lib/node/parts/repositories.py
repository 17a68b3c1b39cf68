"""The repositories of packages that a distribution does not have, as ``node.package_repositories``
describes them."""

from ocfs2lib.node import package_repositories
from ocfs2lib.node import signing
from ocfs2lib.node.difference import Difference
from ocfs2lib.node.difference import Part
from ocfs2lib.node.parts import setup_part
from ocfs2lib.node.reasons import Reason

_KEY_PATHS = package_repositories.KEY_PATHS


class RepositoriesPart(setup_part.SetupPart):
    """``package_keys`` is ``{"files": [[path, its fingerprints]], "trusted": what rpm trusts}``,
    of the files that there are."""

    name = "repositories"
    done = "The repositories of the packages are set up."
    step = setup_part.BEFORE_PACKAGES
    files = package_repositories.PATHS
    shape = {"package_keys": {"files": (list,), "trusted": (list,)}}
    texts = (("package_keys", "trusted"),)
    text_lists = (("package_keys", "files"),)

    def concerns(self, desired, platform):
        return platform.manager.repositories is not None

    def unsupported(self, desired, platform, facts):
        if self.concerns(desired, platform):
            return []
        release = platform.release
        return [
            Reason(
                f"the repository {each.name} is for {release}, where the formula sets up none",
                f"take {release} out of repositories:{each.name}:releases, and have apt know it",
                "host-unfit",
            )
            for each in desired.repositories or ()
            if release in each.releases
        ]

    def facts(self, call, arguments):
        there = {path: call("signing_keys.fingerprints", path) for path in _KEY_PATHS.values()}
        files = [[path, *each] for path, each in there.items() if each is not None]
        # Most hosts have no such file, and need not be asked.
        trusted = call("signing_keys.trusted") if files else []
        return {"package_keys": {"files": files, "trusted": trusted}}

    def differences(self, desired, minion, facts, platform):
        if platform is None or not self.concerns(desired, platform):
            return []
        wanted, path = _wanted(desired, platform)
        files = {key: each for key, *each in facts["package_keys"]["files"]}
        trusted, found = facts["package_keys"]["trusted"], []
        for purpose, repository in wanted.items():
            key = _KEY_PATHS[purpose]
            found += _key_differences(key, repository, files.get(key), trusted)
        kept = {_KEY_PATHS[purpose] for purpose in wanted}
        found += setup_part.present(files.keys() - kept, files)
        if wanted:
            text = package_repositories.render(wanted)
            return found + setup_part.of_files({path: text}, facts["files"])
        return found + setup_part.present([path], facts["files"])

    def close(self, call, found, desired, minion, platform):
        wanted, path = _wanted(desired, platform)
        subjects = {gap.subject for gap in found}
        # All of them are looked at before anything is written.
        keys = {
            _KEY_PATHS[purpose]: signing.fetched(call, repository.keys)
            for purpose, repository in wanted.items()
            if _KEY_PATHS[purpose] in subjects
        }
        for key, text in keys.items():
            call("files.write", key, text)
            call("signing_keys.trust", key)
        for key in set(_KEY_PATHS.values()) & subjects - keys.keys():
            call("files.remove", key)
        if path in subjects and wanted:
            call("files.write", path, package_repositories.render(wanted))
        elif path in subjects:
            call("files.remove", path)

    def leftovers(self, call):
        paths = (*self.files, *_KEY_PATHS.values())
        return setup_part.present(paths, setup_part.read(call, paths))

    def remove(self, call):
        for gap in self.leftovers(call):
            call("files.remove", gap.subject)


PART = RepositoriesPart()


def _wanted(desired, platform):
    return package_repositories.wanted(desired, platform), platform.manager.repositories


def _key_differences(path, repository, there, trusted):
    """The differences of the file with a repository's keys, which has the fingerprints ``there``,
    and of what rpm trusts."""
    expected = f"keys {', '.join(sorted(package_repositories.allowed(repository)))}"
    if there is None:
        return [Difference(Part.FILE, path, None, expected)]
    if not there or set(there) - package_repositories.allowed(repository):
        return [Difference(Part.FILE, path, f"keys {', '.join(there)}", expected)]
    if package_repositories.untrusted(there, trusted):
        return [Difference(Part.FILE, path, "not trusted by rpm", expected)]
    return []
