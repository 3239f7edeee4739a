"""A bundle -> a repository on the Hugging Face Hub, and back into a registry."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from sayso.artifacts import CHECKSUMS, MANIFEST, Progress, no_progress, read_json
from sayso.errors import ArtifactError, BundleError, InputError, MissingExtra, SaysoError, Unreachable, UsageError
from sayso.registry.card import CARD, model_card
from sayso.registry.versions import Version, add, id_of
from sayso.runtime.bundle import Bundle, open_bundle

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

Visibility = Literal["private", "public"]


@dataclass(frozen=True)
class Pushed:
    """Where a bundle went: the repository and who can read it, the commit that holds the bundle, and the address."""

    repo: str
    visibility: Visibility
    commit: str
    url: str


def push(folder: Path, repo: str, *, visibility: Visibility = "private", why: str = "", progress: Progress = no_progress) -> Pushed:
    """Send the bundle in `folder`, with a model card, to a repository that is made if it is not there: all of it in one commit.

    A repository that everybody can read is refused unless that is asked for.
    """
    bundle = open_bundle(folder)
    message = f"{bundle.spec['name']} {id_of(bundle)}" + (f": {why}" if why else "")
    with _hub(repo) as api:
        from huggingface_hub import CommitOperationAdd

        progress(f"making sure of {repo}", 0, 0)
        found = _make_sure_of(api, repo, visibility)
        progress(f"sending it to {repo}", 0, 0)
        files = [CommitOperationAdd(name, folder / name) for name in (*bundle.checksums, CHECKSUMS, MANIFEST)]
        card = CommitOperationAdd(CARD, model_card(bundle, repo).encode())
        commit = api.create_commit(repo, [*files, card], commit_message=message)
    return Pushed(repo, found, commit.oid, f"{api.endpoint}/{repo}")


def pull(
    repo: str,
    registry: Path,
    name: str | None = None,
    *,
    revision: str | None = None,
    why: str = "",
    progress: Progress = no_progress,
) -> Version:
    """Fetch the bundle in a repository, verify it, and add it to the registry.

    Only what its checksums list is fetched, all of it from one commit.
    """
    with tempfile.TemporaryDirectory(prefix="sayso-pull-") as scratch:
        folder = Path(scratch) / "bundle"
        commit = _fetch(repo, revision, folder, progress)
        bundle = _verified(folder, f"{repo}@{commit[:12]}")
        return add(registry, bundle.path, name, why=why, origin=f"hub:{repo}@{commit}")


def _make_sure_of(api: HfApi, repo: str, visibility: Visibility) -> Visibility:
    """Make the repository if it is not there; who can read it."""
    from huggingface_hub.errors import RepositoryNotFoundError

    if "/" not in repo:
        raise _no_name(repo)
    try:
        found: Visibility = "private" if api.model_info(repo).private else "public"
    except RepositoryNotFoundError:
        api.create_repo(repo, private=visibility == "private", exist_ok=True)
        return visibility
    if (visibility, found) == ("private", "public"):
        raise UsageError(f"everybody can read {repo}; push with --public if they may read this model, or make the repository private")
    return found


def _no_name(repo: str) -> UsageError:
    return UsageError(f"{repo!r} is no name of a repository; write OWNER/NAME")


def _fetch(repo: str, revision: str | None, folder: Path, progress: Progress) -> str:
    """Download a repository's bundle; the commit that it is from."""
    with _hub(repo, revision) as api:
        info = api.model_info(repo, revision=revision)
        there = {sibling.rfilename for sibling in info.siblings or ()}
        commit = str(info.sha)
        if not {MANIFEST, CHECKSUMS} <= there:
            raise InputError(f"{repo} holds no bundle: it has no {MANIFEST} with {CHECKSUMS}; name a repository that `sayso push` wrote")

        def download(name: str) -> None:
            api.hf_hub_download(repo, name, revision=commit, local_dir=folder, cache_dir=folder / ".cache" / "hub")

        download(MANIFEST)
        download(CHECKSUMS)
        listed = sorted(name for name in there.intersection(_names_in(folder / CHECKSUMS)) if _is_inside(folder, name))
        for done, name in enumerate(listed):
            progress(f"fetching {name}", done, len(listed))
            download(name)
    return commit


def _names_in(checksums: Path) -> list[str]:
    """What is listed there; nothing if it is broken, which verification then tells."""
    try:
        return list(read_json(checksums))
    except (ArtifactError, TypeError):
        return []


def _is_inside(folder: Path, name: str) -> bool:
    """Whether a name from elsewhere may be written; verification refuses a bundle that lists others."""
    return (folder / name).resolve().is_relative_to(folder.resolve())


def _verified(folder: Path, where: str) -> Bundle:
    try:
        return open_bundle(folder)
    except BundleError as error:
        found = str(error).replace(f"{folder}{os.sep}", "")
        raise BundleError(
            f"what came from {where} is not the bundle that was pushed. {found}. "
            "Pull it again; if that does not help, it was changed in the repository: pull an earlier --revision, or ask its owner"
        ) from None


@contextmanager
def _hub(repo: str, revision: str | None = None) -> Iterator[HfApi]:
    """The hub, or what stands for it under HF_ENDPOINT; what goes wrong there is told with what to do about it."""
    try:
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
        from huggingface_hub.utils.tqdm import disable_progress_bars
    except ImportError:
        raise MissingExtra("The Hugging Face Hub", "train") from None

    from sayso import __version__

    disable_progress_bars()
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None, library_name="sayso", library_version=__version__)
    no_answer = cast("tuple[type[Exception], ...]", (*HfHubHTTPError.__bases__, OSError))  # of its HTTP client, whichever that is
    try:
        yield api
    except HFValidationError:
        raise _no_name(repo) from None
    except HfHubHTTPError as error:
        raise _refusal(error, repo, revision, api.endpoint) from error
    except RuntimeError as error:  # of a thread that sends a file
        if isinstance(error.__cause__, HfHubHTTPError):
            raise _refusal(error.__cause__, repo, revision, api.endpoint) from error
        raise _unreachable(api.endpoint, error.__cause__ or error) from error
    except ValueError as error:
        raise InputError(f"the answer of {api.endpoint} makes no sense ({_first_line(error)}); check HF_ENDPOINT if it is set") from error
    except no_answer as error:
        if isinstance(error, OSError) and error.errno is not None:  # this machine's own, such as a full disk
            raise
        raise _unreachable(api.endpoint, error) from error


def _refusal(error: HfHubHTTPError, repo: str, revision: str | None, endpoint: str) -> SaysoError:
    """What the hub's answer means to a person."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    status = error.response.status_code
    token = f"set HF_TOKEN to a token from {endpoint}/settings/tokens"
    if isinstance(error, RevisionNotFoundError):
        return InputError(f"{repo} has no revision {revision!r}; name a branch, a tag or a commit")
    if isinstance(error, GatedRepoError):
        return InputError(f"{repo} is only for those whom its owner lets in; ask for access at {endpoint}/{repo}, and {token}")
    if isinstance(error, RepositoryNotFoundError):
        return InputError(
            f"there is no repository {repo} at {endpoint}, or it is not for you; check its name, and {token} that may read it"
        )
    if status == 401:
        return InputError(f"{endpoint} does not know who you are; {token}")
    if status == 403:
        return InputError(f"your token may not do this with {repo}; {token} that may write to it")
    said = error.server_message or f"status {status}"
    if status == 429 or status >= 500:
        return Unreachable(f"{endpoint} cannot serve this now ({said}); try again later")
    return InputError(f"{endpoint} refused this for {repo}: {said}")


def _unreachable(endpoint: str, error: BaseException) -> Unreachable:
    return Unreachable(f"cannot get through to {endpoint} ({_first_line(error)}); check the network, and HF_ENDPOINT if set, and try again")


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
