"""A licensed exchange on an embedded chain: its bundle and what it declares by hand, made by the commands alone.

It owes 1,000 of a coin and 100,000 of a token, a tenth of it to customers whom a broker introduced, keeps little hot,
and issues a token of its own. What it declares holds; tests spoil single lines of it.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from eth_account import Account
from eth_account.messages import encode_defunct

from por.chains.embedded import EmbeddedChain
from por.chains.embedded.server import LoopbackServer
from por.chains.embedded.token import TOKEN_BASE_SLOT, TOKEN_CODE_HASH, TOKEN_CREATION_CODE, mint_data
from por.model import Instant
from por.simulator.signer import SimulatedKey
from tests.simulator import Run, por

GENESIS = Instant.parse("2026-11-01T00:00:00Z")
NOW = "2026-11-01T12:00:00Z"
ISSUER = "exchange.example"
BOOKS = ("jp-exchange", "jp-intermediary", "jp-stablecoin")
BROKER = "broker-7"
CUSTOMER = "c5@example.com"
COIN = 10**18
CENT = 10**6
DOLLARS = 100_000

# Name → role, custody, whole coins, whole tokens.
Reserves = Mapping[str, tuple[str, str, int, int]]
RESERVES: Reserves = {
    "cold": ("customer", "cold", 960, 96_400),
    "hot": ("customer", "hot", 44, 4_000),
    "guarantee": ("guarantee", "cold", 44, 4_000),
    "house": ("house", "hot", 50, 5_000),
}
STATEMENTS = b"what the trustee, the custodian, the examiner and the index said of it, had from them"

TABLES = """[[class]]
members = [{{ asset = "{coin}", decimals = 18 }}]

[[class]]
members = [{{ asset = "{token}", decimals = 6 }}]

[[layout]]
asset = "{token}"
code_hash = "0x{code_hash}"
base_slot = "0x{slot:02x}"
order = "key-slot"
"""
POLICY = """version = 1
profile = "auditor"
{entries}
[issuer]
id = "{issuer}"
keys = ["{key}"]

[snapshot]
max_age_seconds = 86400
max_skew_seconds = 600

[[chain]]
id = "{chain}"
sources = 1

[[waive]]
check = "publication.anchored"
reason = "no registry is in use"

[[waive]]
check = "publication.unequivocal"
reason = "no registry is in use"

"""
COVERED = """
    "entity", "custody", "prices", "money", "series", "assurance", "filings", "checklists", "figures", "orders",
    "intermediaries", "supply", "reserves", "estate", "venues",
"""
DECLARED = """# Declared by hand for the snapshot of 2026-11-01.
[entity]
name = "{entity}"
jurisdiction = "JP"
registration = "Kanto 00099"
fiscal_year_end = 3

[[documents]]
name = "statements of third parties"
file = "statements.pdf"
issued_by = "A Trust Bank, an accountant, an index"
dated = 2026-10-31
covers = [{covered}]

[[prices]]
asset = "COIN"
currency = "JPY"
price = "600000"
source = "an index, mid"
at = "{instant}"

[[prices]]
asset = "USDX"
currency = "JPY"
price = "150"
source = "an index, mid"
at = "{instant}"

[[money]]
currency = "JPY"
owed = "1500000000"
held = "1512000000"
holder = "A Trust Bank"
kind = "trust"

[[series]]
name = "trust:JPY"
file = "trust.csv"

[[series]]
name = "coins"
file = "coins.csv"

[[series]]
name = "required:COIN"
file = "required.csv"

[[assurance]]
kind = "segregated-audit"
practitioner = "An Accountant"
standard = "JICPA"
form = "agreed-upon-procedures"
as_of = 2026-03-31

[[assurance]]
kind = "guarantee-audit"
practitioner = "An Accountant"
standard = "JICPA"
form = "agreed-upon-procedures"
as_of = 2026-03-31

{filings}
[[figures]]
name = "net-assets"
currency = "JPY"
amount = "850000000"
as_of = 2026-09-30

[checklists.hot-wallet-policy]
minimum-necessary-documented = true

[checklists.cold-storage]
keys-never-online-or-equivalent = true

[checklists.trust-deed]
principal-beneficiaries-are-users = true
beneficiary-agent-includes-professional = true
same-agent-across-trusts = true
only-professional-agent-acts-in-distress = true

[checklists.retention]
items-1-3-kept-10-years = true
item-4-kept-7-years = true
items-5-9-kept-5-years = true
stored-in-japan = true

[checklists.examiner-independence]
not-barred-under-the-certified-public-accountants-act = true
no-continuing-non-audit-pay = true
fewer-than-half-of-partners-so-placed = true

[checklists.system-providers]
every-important-provider-has-notified = true

[checklists.intermediary]
principal-answers-for-damage = true

[checklists.redemption]
at-par = true

[order]
active = true
jurisdiction = "JP"
required = [{{ asset = "COIN", amount = "900" }}]

[[intermediaries]]
id = "broker-7"
name = "Broker Seven"
registration = "KC-7"
principals = ["Kanto 00099"]
activities = ["mediation"]
customers = 10
introduced = "sha256:{introduced}"
statement = [{{ asset = "COIN", amount = "100" }}, {{ asset = "USDX", amount = "10000" }}]

[[stablecoins]]
name = "JPYX"
kind = "trust"
currency = "JPY"
received = "1000000"

[[stablecoins.supply]]
asset = "JPYX"
minted = "1000000"
burned = "0"
unissued = "0"
treasury = "0"
locked = "0"
frozen = "0"

[[stablecoins.reserves]]
id = "D-1"
kind = "demand-deposit"
issuer = "A Bank"
currency = "JPY"
par = "600000"
market_value = "600000"
valued = 2026-10-30
custodian = "A Trust Bank"
encumbered = "0"
early_termination = true
tokenised = false
separate = true

[[stablecoins.reserves]]
id = "B-1"
kind = "government-bond"
issuer = "Japan"
currency = "JPY"
par = "405000"
market_value = "404000"
valued = 2026-10-30
maturity = 2026-12-20
custodian = "A Trust Bank"
encumbered = "0"
early_termination = false
tokenised = false
separate = true

[estate]
currency = "JPY"
free_assets = "2000000"
other_claims = "3000000"
"""
REGISTERED = '[[law.registered]]\nnumber = "{}"\nname = "{}"\nkind = "{}"\n'
KEY_HOLDER = '\n[[key_holders]]\naccount = "{account}"\nentity = "{entity}"\njurisdiction = "JP"\nsigners = 3\n'
FILING = '[[filings]]\nkind = "{kind}"\nperiod_end = {end}\nfiled = {filed}\nattachments = [{attached}]\n'
ATTACHED = (
    '"trust-balance-certificate", "customer-coin-balances", "guarantee-coin-balances", "segregated-audit", '
    '"guarantee-audit"'
)


@dataclass
class Licensed:
    """One legal entity with its own ledger, accounts and bundle, on a chain that it may share with another."""

    directory: Path
    chain: EmbeddedChain
    url: str
    token: str
    issued: str
    entity: str = "Example Exchange Japan"
    issuer: str = ISSUER
    reserves: Reserves = field(default_factory=lambda: RESERVES)
    key: str = ""
    instant: str = ""

    @property
    def snapshot(self) -> Path:
        return self.directory / "snapshot"

    @property
    def bundle(self) -> Path:
        return self.snapshot / "bundle"

    @property
    def introduced(self) -> Path:
        """Return the broker's own list of its customers."""
        return self.directory / "introduced.csv"

    @property
    def source(self) -> list[str]:
        return ["--source", f"{self.chain.chain}={self.url}"]

    @property
    def records(self) -> list[str]:
        return ["--ledger", str(self.snapshot / "records.csv")]

    def file(self, name: str, text: str | bytes) -> Path:
        path = self.directory / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def account(self, name: str) -> str:
        return f"{self.chain.chain}:{signer(self.entity, name).address}"

    def tables(self) -> str:
        token = f"{self.chain.chain}/erc20:{self.token}"
        code_hash = TOKEN_CODE_HASH.hex()
        return TABLES.format(
            coin=f"{self.chain.chain}/slip44:60", token=token, code_hash=code_hash, slot=TOKEN_BASE_SLOT
        )

    def policy(self, name: str = "policy.toml", *, known: bool = True, entries: str = "", more: str = "") -> Path:
        """Write a verifier's policy, who had the statements from the third parties or did not.

        `entries` stand at its top, and `more` before what it says on the law.
        """
        digest = hashlib.sha256(STATEMENTS).hexdigest()
        law = f'[[law.document]]\ndigest = "sha256:{digest}"\ncovers = [{COVERED}]\n' if known else ""
        law += "".join(REGISTERED.format(*row) for row in self.registered()) + "\n"
        head = POLICY.format(entries=entries, issuer=self.issuer, key=self.key, chain=self.chain.chain)
        return self.file(name, head + more + law + self.tables())

    def registered(self) -> Iterator[tuple[str, str, str]]:
        """List what the verifier found in the regulator's list."""
        yield "Kanto 00099", self.entity, "exchange"
        yield "KC-7", "Broker Seven", "intermediary"

    def declared(self) -> str:
        """Write what it declares."""
        introduced = hashlib.sha256(self.introduced.read_bytes()).hexdigest()
        text = DECLARED.format(
            entity=self.entity,
            covered=COVERED,
            instant=self.instant,
            introduced=introduced,
            filings="\n".join(filings()),
        )
        return text + "".join(
            KEY_HOLDER.format(account=self.account(name), entity=self.entity) for name in self.reserves
        )

    def verify(self, *options: object, policy: Path | None = None, bundle: Path | None = None) -> Run:
        """Examine the bundle by the three books, as an auditor does who has the broker's list."""
        books = ["--rulebook", ",".join(BOOKS), "--introduced", f"{BROKER}={self.introduced}"]
        known = ["--policy", policy or self.policy(), *self.records, *books]
        return por("verify", bundle or self.bundle, *known, *self.source, "--now", NOW, *options)


def signer(entity: str, name: str) -> SimulatedKey:
    return SimulatedKey.from_seed(f"{entity} {name}")


def filings() -> Iterator[str]:
    """Write what was filed: a quarter's reports a day before they are due, the year's within three months."""
    quarters = (("2025-09-30", "2025-10-30"), ("2025-12-31", "2026-01-30"), ("2026-03-31", "2026-04-29"))
    for end, filed in (*quarters, ("2026-06-30", "2026-07-30"), ("2026-09-30", "2026-10-30")):
        for kind in ("user-property-report", "balance-sheet"):
            yield FILING.format(kind=kind, end=end, filed=filed, attached=ATTACHED)
    yield FILING.format(kind="business-report", end="2026-03-31", filed="2026-06-30", attached="")


def days(owed: str, held: str) -> str:
    """Write a record of every day up to the snapshot's."""
    first = date(2026, 9, 1)
    rows = (first + timedelta(days=i) for i in range((date(2026, 11, 1) - first).days))
    return "day,owed,held\n" + "".join(f"{day},{owed},{held}\n" for day in rows)


def ledger(segments: Mapping[str, Sequence[int]]) -> str:
    """Give these customers of each segment 10 coins and 1,000 tokens each."""
    rows = [
        f"c{number}@example.com,{segment},{asset},{amount}"
        for segment, numbers in segments.items()
        for number in numbers
        for asset, amount in (("COIN", 10), ("USDX", 1_000))
    ]
    return "\n".join(["account_id,segment,asset,amount", *rows]) + "\n"


CUSTOMERS: Mapping[str, Sequence[int]] = {"spot": range(90), f"via:{BROKER}": range(90, 100)}


@contextmanager
def a_chain() -> Iterator[tuple[EmbeddedChain, str, str, str]]:
    """Run a chain with a token, and a token that an exchange issues itself."""
    chain = EmbeddedChain(GENESIS)
    with LoopbackServer(chain.answer) as server:
        chain.mine()
        token, issued = chain.deploy(TOKEN_CREATION_CODE), chain.deploy(TOKEN_CREATION_CODE)
        chain.send(issued, mint_data("0x" + "99" * 20, 1_000_000 * CENT))
        yield chain, server.url, token, issued


def fund(made: Licensed) -> None:
    for name, (_, _, coins, tokens) in made.reserves.items():
        holder = signer(made.entity, name).address
        made.chain.fund(holder, coins * COIN)
        made.chain.send(made.token, mint_data(holder, tokens * CENT))


def take(made: Licensed, customers: Mapping[str, Sequence[int]] = CUSTOMERS) -> None:
    """Commit to the ledger, let every account sign, and write what is declared; everything but the bundle."""
    chain = made.chain
    assets = (("COIN", "slip44:60", 18), ("USDX", f"erc20:{made.token}", 6), ("JPYX", f"erc20:{made.issued}", 6))
    rows = (f'[[asset]]\nsymbol = "{s}"\nid = "{chain.chain}/{i}"\ndecimals = {d}\n' for s, i, d in assets)
    table = ["--assets", made.file("assets.toml", "\n".join(rows))]
    book = made.file("ledger.csv", ledger(customers))
    made.file("layouts.toml", made.tables())
    listed = [
        f"{made.account(name)},{role},{custody},{asset}"
        for name, (role, custody, _, _) in made.reserves.items()
        for asset in ("COIN", "USDX")
    ]
    accounts = made.file("accounts.csv", "\n".join(["account,role,custody,asset", *listed]) + "\n")
    who = ["--issuer", made.issuer, "--instant", made.instant]
    command("commit", book, "--output", made.snapshot, *who, *table)
    command("challenge", made.snapshot, "--accounts", accounts, *table, *made.source)
    signatures = made.file("signatures.csv", "\n".join(["account,scheme,signature", *signed(made)]) + "\n")
    command("collect", made.snapshot, signatures)
    made.introduced.write_text("account_id\n" + "".join(f"c{number}@example.com\n" for number in range(90, 100)))
    made.file("statements.pdf", STATEMENTS)
    made.file("trust.csv", days("1500000000.00", "1512000000.00"))
    made.file("coins.csv", days("1000", "1004"))
    made.file("required.csv", days("1000", "1000"))


def signed(made: Licensed) -> Iterator[str]:
    for name in made.reserves:
        account = made.account(name)
        text = (made.snapshot / "challenges" / f"{account.replace(':', '_')}.txt").read_text()
        signature = Account.sign_message(encode_defunct(text=text), signer(made.entity, name).private).signature
        yield f"{account},eip191,0x{bytes(signature).hex()}"


def bundle(made: Licensed, declarations: str) -> Run:
    """Sign a bundle that names these declarations, anew."""
    written = made.file("declarations.toml", declarations)
    listing = ["--accounts", made.directory / "accounts.csv", "--assets", made.directory / "assets.toml"]
    more = ["--layouts", made.directory / "layouts.toml", "--declarations", written]
    run = command("bundle", made.snapshot, *listing, *more, *made.source)
    made.key = next(line.split()[1] for line in run.out.splitlines() if line.startswith("key "))
    return run


def anew(made: Licensed, directory: Path, old: str, new: str) -> Licensed:
    """Publish the same snapshot in another folder, with one thing declared otherwise."""
    shutil.copytree(made.directory, directory, ignore=shutil.ignore_patterns("bundle"))
    other = replace(made, directory=directory)
    text = made.declared()
    assert text.count(old) == 1, old
    bundle(other, text.replace(old, new))
    return other


def command(name: str, *options: object) -> Run:
    """Run an issuer's command that must succeed."""
    run = por("issuer", name, *options)
    assert run.status == 0, run.talk
    return run


@contextmanager
def open_licensed(directory: Path) -> Iterator[Licensed]:
    """Publish everything as it should be, and serve the chain until the block ends."""
    directory.mkdir(parents=True, exist_ok=True)
    with a_chain() as (chain, url, token, issued):
        made = Licensed(directory, chain, url, token, issued)
        fund(made)
        settle(made)
        take(made)
        bundle(made, made.declared())
        yield made


def settle(*entities: Licensed) -> None:
    """Let blocks pass around one instant for all."""
    chain = entities[0].chain
    snapshot = chain.mine()
    instant = str(Instant(chain.instant(snapshot.number).seconds + 5))
    for made in entities:
        made.instant = instant
    for _ in range(4):
        chain.mine()
