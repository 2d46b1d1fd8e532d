"""Say each finding's message key in English; `{name}` stands for a fact of the finding."""

from por.report.published_messages import PUBLISHED_MESSAGES
from por.report.rule_messages import RULES

ENGLISH = {
    "evidence.broken": "the evidence breaks its own rules: {reason}",
    "evidence.missing": "not decided: {reason}",
    "evidence.history": "not decided: the events given do not lead to the proven newest entry: "
    "the sources leave out or rewrite history ({reason})",
    "evidence.nothing": "not decided: there was nothing to look at",
    "snapshot.complete.whole": "all {files} evidence files are there, unaltered ({bytes} bytes)",
    "snapshot.complete.unlisted": "the bundle refers to this evidence file without listing it",
    "snapshot.complete.unused": "the bundle lists this evidence file without using it",
    "snapshot.complete.misplaced": "this evidence file is listed as {actual}; where the bundle refers to it, only "
    "{expected} serves",
    "snapshot.complete.no_block": "accounts are listed on this chain, but no snapshot block",
    "snapshot.canonical.final": "block {number} is final with the hash the bundle names (final up to {finalized}; "
    "sources: {sources})",
    "snapshot.canonical.other_hash": "block {number} on the chain has the hash {expected}, the bundle names {actual} "
    "(sources: {sources})",
    "snapshot.canonical.not_final": "block {number} is not final yet: the sources call {finalized} final; "
    "try again later",
    "snapshot.canonical.light_client": "block {number} is final: sync committees, from your policy's checkpoint on, "
    "signed so (slot {slot}; at least {participation} of 512 each time; sources: {sources})",
    "snapshot.canonical.sources_differ": "block {number} on the chain has the hash {expected} as the sources say "
    "({sources}), and {actual} as sync committees signed",
    "snapshot.canonical.signed_only": "block {number} was signed as the head by {participation} of 512 members of the "
    "sync committee (slot {slot}), not as final; and no source confirms it: {reason}",
    "snapshot.simultaneous.last_before": "block at {block}, next at {next}: "
    "the last one at {instant}, {actual} before it",
    "snapshot.simultaneous.not_next": "the second header is not of the block that follows",
    "snapshot.simultaneous.not_last": "block at {block}, next at {next}: not the last one at {instant}",
    "snapshot.simultaneous.skew": "the block is {actual} before {instant}; the policy allows {expected}",
    "snapshot.fresh.recent": "{age} old at {now}; the policy allows {limit}",
    "snapshot.fresh.stale": "{age} old at {now}; the policy allows {limit}",
    "snapshot.fresh.future": "the snapshot's instant {instant} is after {now}",
    "liabilities.scheme.known": "scheme {scheme}, {actual}",
    "liabilities.scheme.unknown": "the scheme {scheme} is not known to this release",
    "liabilities.scheme.not_bound": "the stated total, depth or asset is not what this commitment's root binds",
    "liabilities.scheme.own_decimals": "committed with {actual}; neither your policy nor the shipped table knows the "
    "asset's decimals; add a [[class]] to the policy",
    "liabilities.scheme.decimals": "committed with {actual}; the asset has {expected}",
    "liabilities.scheme.one_root": "all commitments lie under the commitments root {actual}",
    "liabilities.scheme.other_root": "the commitments imply the root {actual}; the bundle states {expected}",
    "liabilities.inclusion.included": "{actual} is in the committed total (segments: {segments}; totals: {totals})",
    "liabilities.inclusion.other_amount": "the records under your id say {actual}; you expect {expected}",
    "liabilities.inclusion.no_proof": "not decided: no proof for the {expected} you expect; "
    "ask the issuer for it (nothing proves that a record does not exist)",
    "liabilities.inclusion.not_stated": "{actual} is in the list under your id; you did not say whether that is right",
    "liabilities.nonnegative.along_path": "no amount is negative and no sum overflows on the path of your records; "
    "others were not looked at",
    "liabilities.nonnegative.all_records": "no amount among all {records} records is negative, and no sum overflows",
    "liabilities.nonnegative.other_tree": "not decided: the {records} records given are not those committed to",
    "liabilities.recomputed.same": "{records} records imply the committed root and total",
    "liabilities.recomputed.other_total": "{records} records sum to {total} base units; {committed} are committed to",
    "liabilities.recomputed.other_root": "{records} records imply the root {actual}; {expected} is committed to",
    "liabilities.recomputed.not_committed": "the record list has records here, and the bundle no commitment",
    "liabilities.rolled.follows": "{opening} in {before} + {deposits} deposited - {withdrawals} withdrawn + {trades} "
    "traded - {fees} in fees = {actual} base units",
    "liabilities.rolled.differs": "{opening} in {before} + {deposits} deposited - {withdrawals} withdrawn + {trades} "
    "traded - {fees} in fees = {expected} base units; committed to are {actual}, which is {difference} from it",
    "reserves.control.signed": "the account's key signed this snapshot's challenge ({custody} custody)",
    "reserves.control.delegated": "the account's key signed this snapshot's challenge ({custody} custody); at "
    "the snapshot block the account ran the code of {delegate} (EIP-7702), which may let others move its coins too",
    "reserves.control.approved": "the account's contract approved, at the snapshot block, the signature of this "
    "snapshot's challenge ({custody} custody; code that judged: {codes})",
    "reserves.control.approved_undeployed": "the account has no code yet; the contract that its factory puts there "
    "approved the signature of this snapshot's challenge ({custody} custody; code that judged: {codes})",
    "reserves.control.other_code": "not decided: the account is a contract, and your policy does not believe all code "
    "that judges for it: {codes}; whoever wrote such code may have let it approve anything: read it, and add its hash "
    "under wallets",
    "reserves.control.code": "not decided: the account has code (hash {code_hash}), and what that lets others do "
    "no key's signature shows; a contract account signs by eip1271-eip191 or eip1271-eip712",
    "reserves.control.code_unseen": "not decided: signed, but whether the account has code is not shown; "
    "the bundle must prove its holding of the chain's own coin, be it zero",
    "reserves.control.published": 'not decided: the account\'s key signed the published text "{text}", which names '
    "neither issuer nor snapshot of this proof, so that anybody can show it at any time",
    "reserves.control.other_signer": "signed by {actual}, which is another account, or over another challenge",
    "reserves.control.other_set": "the opening leads to the root {actual}; the bundle commits to the control proofs "
    "under {expected}",
    "reserves.control.other_form": "the account's key signed the challenge in another form: {for_scheme}, not {scheme}",
    "reserves.control.other_expiry": "the account's key signed a challenge that expires at {for_expires}, "
    "and not the bundle's",
    "reserves.control.replayed": "replayed: the signature was there before, for {for_snapshot}",
    "reserves.control.foreign_chain": "the account's key signed the challenge of another chain, {for_chain}",
    "reserves.control.foreign_issuer": "the signature was made for another issuer: {for_snapshot}",
    "reserves.control.unbounded": "the challenge expires {actual} after the snapshot's instant, and at most {expected} "
    "is allowed: a signature made so late shows no control at the snapshot",
    "reserves.balance.proven": "{held} at block {block}, proven from its state root",
    "reserves.balance.differs": "{held} at block {block} is proven; {claimed} is claimed",
    "reserves.balance.off_chain": "{held} is proven at block {hash}, which is not on the chain",
    "reserves.balance.not_final": "{held} is proven at block {block}, which is not final yet",
    "reserves.balance.unconfirmed": "{held} is proven at block {block} with hash {hash}; "
    "that it is on the chain is only the issuer's word: {reason}",
    "reserves.balance.told": "{held} at block {block}, as all sources say; nothing proves it",
    "reserves.balance.told_other": "all sources say {held} at block {block}; {claimed} is claimed",
    "reserves.eligible.may_count": "may count ({role})",
    "reserves.eligible.own_asset": "the issuer's own asset does not count",
    "reserves.eligible.flagged": "the token flags this holder ({flags}); it may be blocked",
    "reserves.eligible.encumbered": "may count ({role}), less {encumbered} that others have a claim on ({encumbrance})",
    "reserves.eligible.over_encumbered": "others have a claim on {encumbered} ({encumbrance}); {claimed} is claimed",
    "reserves.eligible.not_counted": "shown, and counts nothing: your policy does not count what is {kind}",
    "reserves.eligible.escrow": "a bridge holds it here for those who have {minted}: it never counts",
    "reserves.eligible.no_rate": "not decided: what a share stands for is not proven, so that it counts nothing",
    "reserves.distinct.once": "listed once",
    "reserves.distinct.again": "listed {times} times (roles: {roles})",
    "reserves.distinct.again_empty": "listed {times} times (roles: {roles}), and with holdings once at most: nothing "
    "is claimed twice",
    "reserves.totals.whole": "all {claims} claims are proven: {proven} {unit} (cold {cold}, hot {hot}), and "
    "{third-party} in third-party custody",
    "reserves.totals.part": "{shown} of {claims} claims are proven: {proven} {unit} (cold {cold}, hot {hot}), and "
    "{third-party} in third-party custody; not proven {unproven}, refuted {refuted}",
    "reserves.movement.small": "{series}: no rise before the instant and no fall after it of {threshold} of it or more",
    "reserves.movement.spike": "{series}: {rise} came before the instant and {fall} left after it, both {threshold} of "
    "it or more",
    "reserves.movement.rise": "not decided: {series}: {rise} came before the instant, {threshold} of it or more; no "
    "such fall after it",
    "reserves.movement.fall": "not decided: {series}: {fall} left after the instant, {threshold} of it or more; no "
    "such rise before it",
    "reserves.movement.unread": "not decided: {series} (rise {rise}, fall {fall}); not read: {unread}",
    "reserves.code.same": "runs the code that it ran in {before} ({actual})",
    "reserves.code.known": "runs other code than in {before}, which your policy names: {actual}, before {expected}",
    "reserves.code.changed": "not decided: runs other code than in {before}: {actual}, before {expected}",
    "reserves.code.got": "not decided: got code since {before}: {actual}",
    "reserves.code.lost": "not decided: lost its code since {before}, which was {expected}",
    "reserves.unshared.shared": "also listed by {others}; here at {row} ({role})",
    "reserves.unshared.apart": "none of {accounts} accounts is in {bundles} bundles of other issuers: {issuers} "
    "({left_out} more were not compared)",
    "reserves.unshared.not_compared": "not decided: no bundle given can be compared: {reason}",
    "solvency.coverage.pass": "proven {lower}, required {required} (liabilities {liabilities}, of which {percent} is "
    "covered; cold {cold}, hot {hot}, third party {third-party})",
    "solvency.coverage.fail": "at most {upper}, of which {lower} proven; required {required} (liabilities "
    "{liabilities}, of which {percent} is covered)",
    "solvency.coverage.inconclusive": "between {lower} proven and {upper} claimed; required {required} "
    "(liabilities {liabilities}, of which {percent} is covered)",
    "solvency.coverage.pass_composed": "proven {lower} (native {native}, bridged {bridged}, wrapped {wrapped}, lent "
    "{lent}, vault {vault}, staked {staked}), beside {encumbered} that others have a claim on; required {required} "
    "(liabilities {liabilities}, of which {percent} is covered; cold {cold}, hot {hot}, third party {third-party})",
    "solvency.coverage.fail_composed": "at most {upper}, of which {lower} proven (native {native}, bridged {bridged}, "
    "wrapped {wrapped}, lent {lent}, vault {vault}, staked {staked}), beside {encumbered} that others have a claim on; "
    "required {required} (liabilities {liabilities}, of which {percent} is covered)",
    "solvency.coverage.inconclusive_composed": "between {lower} proven (native {native}, bridged {bridged}, wrapped "
    "{wrapped}, lent {lent}, vault {vault}, staked {staked}; {encumbered} that others have a claim on beside it) and "
    "{upper} claimed; required {required} (liabilities {liabilities}, of which {percent} is covered)",
    "publication.identified.signed": "signed by {pin}, a key your policy names",
    "publication.identified.pinned": "your policy names this bundle: {pin}",
    "publication.identified.root_given": "lies under a commitments root that you named: {pin}",
    "publication.identified.other_note": "the signed note is of another bundle: it says {actual}, not {expected}",
    "publication.identified.other_issuer": "published by {actual}; your policy is about {expected}",
    "publication.identified.other_bundle": "the issuer signed the bundle {actual} in the proof, "
    "and {expected} is the one you gave: two bundles for one instant",
    "publication.identified.other_root": "leads to the commitments root {actual}, not to {expected}",
    "publication.identified.anchored": "anchored by {account} in {registry} (entry {sequence}), the address that your "
    "policy names, and the bundle names it back",
    "publication.identified.other_anchored": "{account} anchored the bundle {actual} for this instant, "
    "and not {expected}",
    "publication.identified.not_bound": "the bundle names {actual} as the account that anchors it, and your policy "
    "names {expected}",
    "publication.identified.root_anchored": "the commitments root is what {account} anchored at {anchored_at} in "
    "{registry} (entry {sequence}; {sources}){creation}",
    "publication.identified.root_superseded": "the commitments root was anchored by {account}, and corrected by entry "
    "{sequence}, whose root is {expected}",
    "publication.identified.other_root_anchored": "{account} anchored the commitments root {expected} for this instant "
    "(entry {sequence}), and the proof leads to {actual}",
    "publication.identified.other_instant": "{account} anchored this commitments root for {actual} (entry {sequence}), "
    "and not for {expected}",
    "publication.anchored.no_registry": "not decided: no registry was asked, so when the control proofs were made "
    "is not bounded from above",
    "publication.anchored.in_time": "entry {sequence} of {account} in {registry} is this bundle's in every field, "
    "anchored at {anchored_at}, {delay} after the instant ({sources}){creation}",
    "publication.anchored.not_bound": "not bound both ways: the bundle names {actual} as the account that anchors it, "
    "and your policy names {expected}",
    "publication.anchored.not_yet": "not decided: {account} has not anchored this bundle yet, as far as {final_at}; "
    "your policy allows {limit} after the instant",
    "publication.anchored.not_in_time": "not anchored in time: {account} did not anchor this bundle within {limit} "
    "after the instant, as far as {final_at}",
    "publication.anchored.differs": "entry {sequence} of {account} is not of this bundle as it is: it says {actual}; "
    "the bundle says {expected}",
    "publication.anchored.late": "anchored late: at {anchored_at}, {delay} after the instant; "
    "your policy allows {limit}",
    "publication.anchored.expired": "anchored at {anchored_at}, after the control proofs expired at {expires}",
    "publication.unequivocal.no_registry": "not decided: no registry was asked, "
    "so others may have been shown another list",
    "publication.unequivocal.only": "the only entry of {account} for this instant in {registry} (entry {sequence})",
    "publication.unequivocal.correction": "entry {sequence} of {account} for this instant in {registry} corrects entry "
    "{corrected}, which all can see, and no later one corrects it",
    "publication.unequivocal.superseded": "superseded: entry {sequence} of {account} was corrected by entry {other}, "
    "which is of {actual}",
    "publication.unequivocal.two_bundles": "two bundles for one instant: {account} anchored {actual} (entry {other}), "
    "and this one is {expected}, which does not say that it supersedes the other",
    "publication.unequivocal.not_anchored": "not decided: {account} has not anchored this in {registry} yet, "
    "so others may have been shown another list",
    "publication.unequivocal.copied": "copied: {addresses} anchored the same too, which any address may do; "
    "only {account} counts",
    "publication.unequivocal.others_unread": "not looked at: whether other addresses anchored the same too; "
    "only {account} counts ({reason})",
    "publication.bound.named": "the identity document of {issuer} ({document}) names {actual}",
    "publication.bound.other": "the identity document of {issuer} ({document}) does not name {expected}; "
    "it names {actual}",
    "publication.bound.other_issuer": "the identity document ({document}) is of {actual}, and not of {expected}",
    "publication.bound.unverified": "not decided: the name {issuer} is unverified: what its own domain says of "
    "keys and addresses was not given (--identity)",
    "attestation.signed.enough": "{signed} of {members} members signed this statement, {threshold} must: {signers}",
    "attestation.signed.too_few": "{signed} of {members} members signed this statement; {threshold} must",
    "attestation.committee.named": "your policy names this committee: {actual}",
    "attestation.committee.other": "signed by the committee {actual}; your policy names {expected}",
    "attestation.policy.same": "the attesters looked under your own policy",
    "attestation.policy.accepted": "the attesters looked under {policy}, which your policy accepts",
    "attestation.policy.other_rulebooks": "not decided: the attesters judged by the rulebooks {actual}; "
    "your policy names {expected}",
    "attestation.policy.other": "not decided: the attesters looked under the policy {actual}; yours is {expected}, "
    "and accepts others by their digests alone, named under accepted_policies",
    "attestation.figures.signed": "{reserves} proven, {liabilities} owed, in {unit} ({percent} covered)",
    "attestation.current.now": "observed at {observed}, holds until {expires}",
    "attestation.current.expired": "observed at {observed}, expired at {expires}; it is {now}",
    "attestation.current.future": "observed at {observed}, which is after {now}",
    "attestation.revoked.revoked": "the committee took this attestation back: {reason}",
    "attestation.revoked.not_given": "not decided: of {count} revocations given none is of this statement by this "
    "committee; a registry on chain may know one",
    "attestation.outcome.pass": "the attesters found PASS",
    "attestation.outcome.fail": "the attesters found FAIL",
    "attestation.outcome.inconclusive": "the attesters could not decide",
    "attestation.bundle.same_entry": "about the entry that you named: {actual}",
    "attestation.bundle.other_entry": "about the entry {actual}, not about {expected}",
    "attestation.bundle.same_issuer": "about an entry of {actual}, the issuer's address",
    "attestation.bundle.other_issuer": "about an entry of {actual}; the issuer's address is {expected}",
    "attestation.bundle.same_bundle": "about the bundle that you gave: {actual}",
    "attestation.bundle.other_bundle": "about the bundle {actual}; you gave {expected}",
    **RULES,
    **PUBLISHED_MESSAGES,
}
