"""Where a data set is downloaded from, and what the file must be to be the right one."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from antiphon.errors import AntiphonError, unknown

MUSPY = "muspy (salu133445/muspy, muspy/datasets)"
MIRDATA = "mirdata (mir-dataset-loaders/mirdata, mirdata/datasets)"
TFDS = "TensorFlow Datasets (tensorflow/datasets, tensorflow_datasets/url_checksums)"


@dataclass(frozen=True, kw_only=True)
class Remote:
    """One file to download.

    Attributes:
        url: where it lies, ``http://`` or ``https://``.
        file: what it is called here; ``.zip``, ``.tar``, ``.tar.gz`` and ``.tgz`` are unpacked.
        part: which part of the data set it is, e.g. ``"midi"``; files of one part belong together.
        size_bytes: its exact size where a list says so.
        sha256: its hash, or "" where no list is known that has it.
        md5: its hash where only that one is published.
        checked_by: the list that size and hash are from.
        folder: folder it is unpacked into, for archives without one of their own.
    """

    url: str
    file: str
    part: str = "all"
    size_bytes: int | None = None
    sha256: str = ""
    md5: str = ""
    checked_by: str = ""
    folder: str = ""

    @property
    def hash_name(self) -> str:
        """``"sha256"``, ``"md5"``, or "" where it cannot be verified."""
        return "sha256" if self.sha256 else "md5" if self.md5 else ""


def of_github(repository: str) -> tuple[Remote, ...]:
    """Return the newest state of a repository ``owner/name``, which nobody can list a hash of."""
    name = repository.rsplit("/", 1)[-1]
    url = f"https://github.com/{repository}/archive/HEAD.zip"
    return (Remote(url=url, file=f"{name}.zip"),)


def remotes_of(dataset: ModuleType) -> tuple[Remote, ...]:
    """Return what a data set says can be downloaded; nothing for one that comes otherwise."""
    return getattr(dataset, "REMOTES", ())


def parts_of(dataset: ModuleType) -> list[str]:
    """Return the names of a data set's parts; the first is what is fetched unasked."""
    return list(dict.fromkeys(remote.part for remote in remotes_of(dataset)))


def chosen(name: str, dataset: ModuleType, part: str) -> tuple[Remote, ...]:
    """Return the files of one part.

    Args:
        name: the data set's name, for what is said of errors.
        part: one of `parts_of`; "" is the first.

    Raises:
        AntiphonError: the data set has no such part, or cannot be downloaded.
    """
    parts = parts_of(dataset)
    if not parts:
        raise AntiphonError(_why_not(name, dataset))
    part = part or parts[0]
    if part not in parts:
        raise unknown(part, f"parts of {name}", parts)
    return tuple(remote for remote in remotes_of(dataset) if remote.part == part)


def _why_not(name: str, dataset: ModuleType) -> str:
    if not getattr(dataset, "NEEDS_FOLDER", True):
        return f"The data set {name} comes with a Python package: see antiphon data info {name}."
    if not dataset.URL:
        return f"The data set {name} lies nowhere to be downloaded from: copy it with --from."
    return (
        f"The data set {name} cannot be downloaded by a program: get it by hand from "
        f"{dataset.URL}, then unpack it here with --from FILE."
    )
