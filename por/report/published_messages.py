"""Say the message keys of published proofs in English; `{name}` stands for a fact of the finding."""

PUBLISHED_MESSAGES = {
    "published.structure.detected": "the file is in the format {format} ({variant})",
    "published.structure.known": "format {format}, {variant}: {title}",
    "published.structure.broken": "format {format}, {variant}: {reason}",
    "published.leaf.same": "{actual} {name} is under the leaf's hash",
    "published.leaf.other_amount": "the record says {actual} {name}; you expect {expected}",
    "published.leaf.other_currency": "not decided: {actual} is under the leaf's hash, and no hash says of which "
    "currency: another one's tree would fit {name} as well; give the list of trees with --with",
    "published.leaf.other_amounts": "not decided: {actual} {name} is under the leaf's hash, and so would other amounts "
    "be, which the format writes alike",
    "published.leaf.other_hash": "the record's own hash is {actual}; the file says {expected}: the balance or the id "
    "beside it is not the one that was hashed",
    "published.leaf.hashed_nowhere": "this format hashes no balance: any could stand beside this leaf ({amounts})",
    "published.leaf.not_bound": "not decided: this format has no rule that ties a leaf to a balance; "
    "the file says {amounts}",
    "published.leaf.not_computed": "not decided: the file has only a hash; it is computed from what you bring "
    "(--account and --holding, or --with)",
    "published.leaf.not_stated": "not decided: the record says {amounts}; you did not say whether that is right "
    "(--holding)",
    "published.leaf.several": "not decided: records of several customers are here; say which is yours (--account). "
    "This one says {amounts}",
    "published.leaf.also": "the record also says {amounts}, which you did not speak of",
    "published.leaf.nobody": "not decided: no record was looked for; give --account, and --credential where the format "
    "needs one",
    "published.leaf.not_found": "not decided: no row of the list is the record of the account that you gave; check id "
    "and credential first",
    "published.leaf.no_coin": "not decided: the record has no {name}; you expect {expected}",
    "published.identity.bound": "the id you gave is under the leaf's hash (it covers: {covers})",
    "published.identity.opaque_same": "the value you gave is under the leaf's hash (it covers: {covers}); the exchange "
    "chose it, and could give one leaf to several customers",
    "published.identity.other": "the id under the leaf's hash is not the one you gave (it covers: {covers})",
    "published.identity.other_kind": "not decided: the leaf's hash covers what the exchange chose ({covers}), and the "
    "id you gave has not its form; give that value as the exchange shows it to you, or no id",
    "published.identity.not_stated": "not decided: the leaf's hash covers an id that you know ({covers}); give "
    "--account",
    "published.identity.not_computed": "not decided: the leaf cannot be computed from what you gave",
    "published.identity.opaque": "not shown: the leaf's hash covers what the exchange chose ({covers}); it could give "
    "one leaf to several customers",
    "published.identity.none": "not shown: the leaf's hash covers no id",
    "published.path.same": "leads to the root that the file states: {actual}",
    "published.path.other_root": "leads to the root {actual}; the file states {expected}",
    "published.path.implied": "leads to the root {actual}; the file states none to compare with",
    "published.root.not_led_to": "not decided: the file's trees lie under one commitment, to which it does not lead "
    "alone; bring the publisher's list of their roots (--with)",
    "published.root.given": "is the root that you gave",
    "published.root.other": "leads to the root {actual}; you gave {expected}",
    "published.root.not_given": "not decided: nothing but the file says that this is the exchange's root; give --root "
    "from a place that it cannot change for you alone",
    "published.sums.both": "a node's hash covers both children's sums: one root means one total",
    "published.sums.whole": "the whole list is here: its total was added up",
    "published.sums.parent": "a node's hash covers its own sum and not its children's: one root can be shown with "
    "another total to others (T01); so this shows that you are included, and no total",
    "published.sums.none": "no sum is hashed: this shows that you are included, and no total (T02)",
    "published.nonnegative.none": "none of the {nodes} nodes shown is below zero",
    "published.nonnegative.below_zero": "{count} nodes are below zero, the first is {node}: {amounts}",
    "published.nonnegative.no_sums": "the format shows no sums: whether others are owed less than nothing is not known",
    "published.total.same": "{actual}, as it was published, and the root binds it",
    "published.total.not_bound": "{actual}, as it was published; but this format's root does not bind a total",
    "published.total.other_in_file": "what the hashes cover sums to {actual}; the file states {expected}",
    "published.total.other_given": "what the hashes cover sums to {actual}; published elsewhere is {expected}",
    "published.total.in_file": "{actual}, by this file alone; compare it with what was published elsewhere (--total)",
    "published.total.not_here": "not decided: the file has no tree of {name}",
    "published.total.none": "the format has no total",
    "published.age.no_date": "the file does not say when the snapshot was taken",
    "published.age.no_limit": "taken at {instant}, {age} before {now}; you set no limit (--max-age)",
    "published.age.recent": "taken at {instant}, {age} before {now}; you allow {limit}, and the leaf's hash covers it",
    "published.age.not_hashed": "not decided: the file says {instant}, {age} before {now}; no hash covers that",
    "published.age.old": "taken at {instant}, {age} before {now}; you allow {limit}",
    "published.age.future": "taken at {instant}, which is after {now}",
    "published.consistent.none_found": "{records} records under this root do not contradict one another",
    "published.consistent.two_sums": "CONTRADICTION: {first} shows this node with {one}, {second} with {other}: one "
    "root, two lists",
    "published.consistent.too_small": "CONTRADICTION: {records} records below the node {node} are owed {owed}, which "
    "is more than it sums to: the root under-states what is owed",
    "published.consistent.leaf_above": "CONTRADICTION: {first} opens the node {node} as one customer's record, and the "
    "record of {second} lies below it: one balance stands for several",
    "published.consistent.two_roots": "CONTRADICTION: the one snapshot {snapshot} has several roots: {roots}",
    "published.consistent.shared_leaf": "not decided: two of the files open this leaf; if they are of two customers, "
    "one balance was promised to both",
    "published.consistent.two_lists": "CONTRADICTION: {first} and {second} have this one root, and other rows",
    "published.consistent.same_list": "{first} and {second} have this one root, and the same rows",
    "published.consistent.apart": "the records lie under different roots, and cannot contradict one another",
}
