"""Read what the issuer declares for rules, where its bundle names such a file."""

from por.checks.evidence import OpenBundle
from por.checks.observation import Observation, observe, then
from por.encoding import declarations_v1
from por.encoding.media_types import DECLARATIONS
from por.model import Digest
from por.model.declarations import Declarations


def declared_of(opened: OpenBundle) -> Observation[Declarations] | None:
    """Return the declarations that the bundle names, None where it names none.

    They are Broken when the file is another one or breaks its form, Missing when it is not there; what they say is the
    issuer's word in any case.
    """
    digest = opened.bundle.declarations
    return None if digest is None else _declared(opened, digest)


def _declared(opened: OpenBundle, digest: Digest) -> Observation[Declarations]:
    return then(opened.read(digest, DECLARATIONS), lambda data: observe(lambda: declarations_v1.read(data)))
