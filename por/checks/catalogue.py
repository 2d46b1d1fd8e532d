"""List every check: its id for ever, its question, the evidence it looks at, and whether it needs a chain.

A new check is a row here, a function in the module of its subject, and a line in `por.checks.verify.RUN`.
"""

from dataclasses import dataclass

from por.errors import FormatError


@dataclass(frozen=True, slots=True)
class Check:
    """Describe one check: what PASS, FAIL and INCONCLUSIVE mean for it, and what it does not show."""

    id: str
    question: str
    evidence: str
    passes: str
    fails: str
    inconclusive: str
    limits: str
    needs_chain: bool = False


CATALOGUE: tuple[Check, ...] = (
    Check(
        "snapshot.complete",
        "Is every evidence file that the bundle names there, unaltered, and named only if it is used?",
        "the bundle's evidence list and the files beside it",
        "every listed file has its size and digest, every reference is listed, every account's chain has a block",
        "a file was altered, is unlisted or unused",
        "a listed file is not there, or cannot be read, or an account's chain has no snapshot block",
        "that the bundle lists everything the issuer has or owes",
    ),
    Check(
        "snapshot.canonical",
        "Is each snapshot block final on its chain, as sources or sync committees that the policy builds on see it?",
        "header evidence, whose hash is computed; the sources' header at that height; light-client evidence",
        "enough sources agree on that hash and call it final, or sync committees signed so since the checkpoint",
        "the sources have another block there, or header or light-client evidence is of another block or broken",
        "no or too few sources, a source failed, the block is not final yet, the chain changed during the run",
        "that the sources are honest where they all agree on a false chain",
        needs_chain=True,
    ),
    Check(
        "snapshot.simultaneous",
        "Is each snapshot block the last one of its chain at the instant, and near enough to it?",
        "the header evidence of the block and of its child, and the sources' child header",
        "timestamp ≤ instant < the child's timestamp, and the distance is within the policy's skew",
        "a later block qualifies, the child does not follow the block, or the distance is too large",
        "there is no child header, it is not final yet, or no source has it to compare with",
        "that nothing moved within the skew",
        needs_chain=True,
    ),
    Check(
        "snapshot.fresh",
        "Is the snapshot in the past, and not older than the policy allows, at the clock given?",
        "the bundle's instant, the policy's max_age_seconds, and --now or the machine's clock",
        "0 ≤ age ≤ the limit",
        "the snapshot is older than the limit, or in the future",
        "never",
        "that the coins are still there now",
    ),
    Check(
        "liabilities.scheme",
        "Is each commitment of a known scheme, bound by its root, in its asset's decimals, and under one root?",
        "the commitments; the table of schemes; the policy's and the shipped table's decimals (an EVM coin's are 18)",
        "scheme known, each root binds what is stated beside it, decimals as known, root of all roots as stated",
        "a root binds another segment, asset, depth or total; or decimals or the root of all roots differ",
        "the scheme is not known to this release, or the asset's decimals are in no policy and no table",
        "that the totals are those of any records, or all that is owed",
    ),
    Check(
        "liabilities.inclusion",
        "Is what the customer says is theirs in the committed total?",
        "inclusion proofs; the account id and the amounts, both from the customer",
        "the records opened for this account id lead to the committed root, total and depth, and sum to the amount",
        "a path leads elsewhere, a record is opened twice, or the amount differs",
        "the customer gave no id or no amounts, or there is no proof for an expected row",
        "that other customers are in the list",
    ),
    Check(
        "liabilities.nonnegative",
        "Are all amounts and sums unsigned and below 2^128, as far as anybody folded them?",
        "the folded paths, or the whole record list",
        "along the paths folded, or over all records, as the finding says",
        "a sum overflows on the way up",
        "nothing was folded, or to another root",
        "amounts outside the folded paths, unless all records were recomputed",
    ),
    Check(
        "liabilities.recomputed",
        "Do the records of the whole ledger imply each committed root and total?",
        "the record list the issuer hands the auditor (--ledger)",
        "every tree rebuilt from the records has the committed root, total and depth",
        "a tree differs, a record is out of order or doubled, or records exist for a tree not committed to",
        "no record list was given",
        "that the record list is the issuer's whole ledger",
    ),
    Check(
        "reserves.control",
        "Did each account's key sign the challenge of this snapshot, or its contract approve such a signature?",
        "control signatures, published or opened from the bundle's control set; the challenge rebuilt from the bundle; "
        "a contract's proven state at the snapshot block",
        "the account's key or code stands behind the challenge that names this issuer, snapshot, block and expiry",
        "a signature malformed, of another key, chain, issuer or snapshot; outside the set; or expiring too late",
        "no signature, one that names no snapshot, a kind not verified yet, or code unseen, unjudged or not believed",
        "ownership, who else holds the key, or that the coins are free of claims",
    ),
    Check(
        "reserves.balance",
        "Is each claimed holding exactly what the chain's state had at the snapshot block?",
        "account and storage proofs against the state root of the computed header; the sources' header",
        "the proofs imply exactly the claimed amount, and the block is final on its chain",
        "another amount is implied, a proof breaks its rules, or the block is not on the chain",
        "no proof, no known token layout, or nobody but the issuer says that the block is on the chain",
        "where the coins were before and after the block",
        needs_chain=True,
    ),
    Check(
        "reserves.eligible",
        "Does anything stand against counting a claimed holding?",
        "the policy's own_assets, bridges, kinds, calls and encumbrances; the issuer's encumbrance; proven flags",
        "nothing does; or the policy does not count its kind, so that it is shown and counts nothing",
        "the asset is the issuer's own, a bridge's escrow, flagged by its token, or encumbered above what is claimed",
        "what the shares of a vault stand for is not proven",
        "pledges, loans and other claims that neither chain, issuer nor policy names",
    ),
    Check(
        "reserves.distinct",
        "Is every account listed once, in one role?",
        "the bundle's account list",
        "once",
        "listed twice, in the same role or in two",
        "there is no account",
        "that no other issuer lists the account",
    ),
    Check(
        "reserves.totals",
        "Is all that is claimed of each asset class proven and controlled, and how much of it?",
        "the findings of control, balance and distinct; the policy's classes",
        "every claim of the class is",
        "never: a claim that fails does so in its own finding",
        "a claim of the class is not proven, not controlled or refuted, or there is no claim",
        "that it may count, or covers anything",
        needs_chain=True,
    ),
    Check(
        "reserves.movement",
        "Did the proven customer holdings neither rise shortly before the instant nor fall shortly after it?",
        "the sources' state proofs at the blocks that the policy's [movement] asks for, beside the proven holdings",
        "at every moment there was about as much: no rise or fall of the policy's threshold or more",
        "a rise before the instant and a fall after it, both of the threshold or more",
        "one of the two alone, or a moment that cannot be read: no archive, not final yet, or still to come",
        "movement between these moments, or the reason of one",
        needs_chain=True,
    ),
    Check(
        "reserves.code",
        "Do tokens and accounts run the code that they ran at the snapshot before?",
        "code hashes proven by this bundle's evidence and by that of the bundle before it (--previous)",
        "the same code, or other code that the policy's layouts and calls name",
        "the bundle given stands in the place of the one before, and is another one than this bundle names",
        "a token or account runs other code, got code or lost it, or the bundle given is not the one before",
        "what the code does, or what ran in between; the bundle before is taken at its word about its blocks",
    ),
    Check(
        "reserves.unshared",
        "Is no account of this bundle in another issuer's bundle?",
        "the account lists of other issuers' bundles (--other) within the policy's max_age_seconds",
        "none is, in the bundles that were compared",
        "another issuer lists the account too, in whatever role",
        "no bundle that can be compared was given",
        "whose it is; that a bundle given is really the other issuer's; issuers whose bundles were not given",
    ),
    Check(
        "solvency.coverage",
        "Does each asset class have at least ratio × its liabilities in counted customer holdings?",
        "the findings of control, balance, eligible and distinct; the committed totals; the policy's classes and ratio",
        "proven holdings are at least the required amount",
        "even with every undecided claim the required amount is not reached",
        "the required amount lies between the proven and the possible figure, or nothing is owed",
        "liabilities that are in no tree",
        needs_chain=True,
    ),
    Check(
        "publication.identified",
        "Is this bundle signed by a key the policy names, anchored by its address, or named by the policy itself?",
        "the signed note beside the bundle or in the proof; the registry's entries; the policy's pins; --root",
        "a policy's key signed just this bundle; or its address anchored it and is named back; or a pin names it",
        "a known key's signature is bad, or the note, root, entry or bundle is another one or another issuer's",
        "there is no pin, no signature by a key of the policy, and no entry that can be read",
        "that others were shown the same bundle",
    ),
    Check(
        "publication.anchored",
        "Is the bundle anchored by the issuer's address, in time and before its control proofs expire?",
        "the registry's events, which lead to the newest entry proven from the chain's state; the bundle's anchoredBy",
        "an entry equals the bundle in every field, in time, and the bundle names the address that anchored it",
        "the entry differs, is late or missing after the deadline, or the bundle names another address or none",
        "the policy names no registry, it cannot be read, the events leave something out, or there is still time",
        "that the anchored figures are true",
        needs_chain=True,
    ),
    Check(
        "publication.unequivocal",
        "Is exactly one bundle published for this instant, the same for everybody?",
        "all entries of the issuer's address in the registry, and whether others anchored the same",
        "one entry is this bundle's and no later one corrects it; what it corrects, the bundle says itself",
        "the entry was superseded, or another bundle is anchored for the instant that this one does not supersede",
        "the policy names no registry, it cannot be read, the events leave something out, or nothing is anchored yet",
        "that every customer looked there",
        needs_chain=True,
    ),
    Check(
        "publication.bound",
        "Does the issuer's own domain name the key that signed and the address that anchors?",
        "the identity document at https://<issuer>/.well-known/por.json (--identity)",
        "it names every key of the policy that signed, and the address in the registry",
        "it is of another issuer, or names other keys or addresses",
        "it was not given, cannot be had, or there is neither key nor address to compare: the name is unverified",
        "that whoever runs the domain's web server is the issuer, now or at the snapshot",
    ),
    Check(
        "attestation.signed",
        "Did as many members as the committee's threshold sign exactly this statement?",
        "the signatures, the committee, and possession of the BLS keys that signed",
        "that many distinct members signed it",
        "fewer did, or a signature is malformed, over another statement, or of nobody in the committee",
        "contracts signed, and without them there are too few",
        "that the members looked at anything, or are independent of one another",
    ),
    Check(
        "attestation.committee",
        "Does your policy name the committee that signed?",
        "the committee's members, scheme and threshold, which its id is computed from; the policy's committees",
        "the policy names that id",
        "the policy names other committees",
        "the policy names no committee",
        "who the members are",
    ),
    Check(
        "attestation.policy",
        "Did the attesters look under your own policy, or one that it accepts?",
        "the policy digest in the statement, your policy's, and its accepted_policies",
        "it is your policy, or one that it accepts",
        "never",
        "the attesters used another policy; whether that is good enough is yours to say",
        "that the policy asks for enough",
    ),
    Check(
        "attestation.figures",
        "Are the figures, the rulebooks and the anchored entry beside the statement those that were signed?",
        "what stands beside the statement, and the digests in it",
        "all digests in the statement are of what stands beside it",
        "one is of something else",
        "there is no figure",
        "that a figure is true; the attesters' outcome speaks of all of them together",
    ),
    Check(
        "attestation.current",
        "Is the clock given between the attesters' look and the statement's expiry?",
        "the statement's two instants, and --now or the machine's clock",
        "observed ≤ now < expires",
        "the statement has expired, or is from the future",
        "never",
        "that nothing has changed since the attesters looked",
    ),
    Check(
        "attestation.revoked",
        "Did the committee take the attestation back, as far as you were given revocations?",
        "the revocations given (--revocation)",
        "never: that there is no revocation cannot be shown by what was given",
        "a revocation of this statement holds for this committee",
        "no such revocation was given, or the signatures of one could not all be checked",
        "that none is recorded on some chain",
    ),
    Check(
        "attestation.outcome",
        "What did the attesters find?",
        "the statement's outcome",
        "they found PASS",
        "they found FAIL",
        "they found that nothing could be decided",
        "more than a PASS of their own verdict would",
    ),
    Check(
        "attestation.bundle",
        "Is what was attested the entry, the issuer's address and the bundle that you have?",
        "the statement's commitment, the anchored entry beside it, --bundle, --entry and the policy's registry",
        "all that you gave is what was attested",
        "the statement is about another entry, another address's or another bundle's",
        "the entry does not stand beside the statement, so that a bundle cannot be compared",
        "that the entry is the newest one for its instant",
    ),
)


def check(check_id: str) -> Check:
    """Return one check by its id. Raises: FormatError."""
    found = next((entry for entry in CATALOGUE if entry.id == check_id), None)
    if found is None:
        raise FormatError(f"no check is called {check_id!r}; por explain lists them")
    return found
