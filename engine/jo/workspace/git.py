"""Git, as far as jo asks it: which commit this is, and the project's files at another one."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from jo.ports.errors import WorldError

_FATAL = 128
"""What git ends with when it cannot begin, such as outside of a repository."""


class GitError(WorldError):
    """Git is not there, or does not know what it was asked for; the text is git's own, and may be empty."""


def commit(root: Path) -> str | None:
    """Return the commit that is checked out, with `+changes` when files differ; None outside git."""
    try:
        head = _git(root, "rev-parse", "HEAD").decode().strip()
        dirty = _git(root, "status", "--porcelain", "--untracked-files=normal", "--", ".").strip()
    except GitError:
        return None
    return f"{head}+changes" if dirty else head


def files_at(root: Path, ref: str, names: Sequence[str]) -> dict[str, bytes]:
    """Return files, and those below folders, as they are at `ref`, by path relative to the root.

    Raises GitError for an unknown ref.
    """
    try:
        if ref.startswith("-"):
            raise GitError
        resolved = _git(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").decode().strip()
    except GitError as error:
        raise GitError(f"Git knows no commit `{ref}`." if not str(error) else str(error)) from error
    listing = _git(root, "ls-tree", "-r", "-z", resolved, "--", *names)
    wanted = []
    for line in filter(None, listing.decode(errors="surrogateescape").split("\0")):
        attributes, _, name = line.partition("\t")
        mode, kind, object_id = attributes.split()
        if kind == "blob" and mode != "120000":
            wanted.append((name, object_id))
    request = "".join(f"{object_id}\n" for _, object_id in wanted).encode()
    return dict(
        zip(
            (name for name, _ in wanted), _blobs(_git(root, "cat-file", "--batch", feed=request)), strict=True
        )
    )


def _blobs(answer: bytes) -> list[bytes]:
    """Split the answer of `git cat-file --batch`: a header line with the size, the bytes, a line end."""
    blobs, at = [], 0
    while at < len(answer):
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        blobs.append(answer[end + 1 : end + 1 + size])
        at = end + 2 + size
    return blobs


def _git(root: Path, *words: str, feed: bytes | None = None) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - fixed words; refs are checked above
            ["git", "-C", str(root), *words],  # noqa: S607 - the user's own git
            input=feed,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}.") from error
    if done.returncode == _FATAL and b"not a git repository" in done.stderr:
        raise GitError("This project is in no git repository, so there is no commit to look at.")
    if done.returncode:
        raise GitError(done.stderr.decode(errors="replace").strip())
    return done.stdout
