"""Run `por web serve`: the customer's page on this machine, with a registry's answer filled in if asked."""

import argparse

from por.cli.sources import add_registry_options, add_source_options, registry_pin, source_urls
from por.errors import FormatError
from por.web.shipped import FILE, filled

EXAMPLE = "por web serve --registry eip155:1:0x… --registry-issuer 0x… --source eip155:1=https://node.example"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_registry_options(parser)
    add_source_options(parser, record=False)
    parser.add_argument("--seconds", metavar="N", type=_seconds, help="end after N seconds; until interrupted without")


def run(args: argparse.Namespace) -> int:
    """Fetch the answer, then serve the page."""
    # The servers and the node's libraries are this command's alone.
    from por.web.serving import serve  # noqa: PLC0415

    serve(filled(FILE.read_bytes(), given) if (given := _given(args)) else FILE.read_bytes(), _tell, args.seconds)
    return 0


def _given(args: argparse.Namespace) -> dict[str, str]:
    pin, urls = registry_pin(args), source_urls(args.source)
    if pin is None:
        if urls:
            raise FormatError("a source is asked about a registry alone here; name one", "--registry")
        return {}
    given = {"registry": str(pin.contract), "registryIssuer": pin.issuer, "fromBlock": str(pin.from_block)}
    if not urls:
        return given
    asked = urls.get(pin.contract.chain, [])
    if len(urls) != 1 or len(asked) != 1:
        raise FormatError(f"give one source, of the registry's chain {pin.contract.chain}", "--source")
    from por.web.registry_answer import answer  # noqa: PLC0415

    return {**given, "answer": answer(pin, asked[0])}


def _tell(url: str) -> None:
    print(url, flush=True)


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 86_400 or len(text) > 5:
        raise argparse.ArgumentTypeError("a number of seconds from 1 to 86400")
    return int(text)
