"""List the formats in which a verdict is reported, and render each; the renderers are imported when asked for."""

from collections.abc import Callable, Mapping

from por.report.papers import Papers
from por.report.plain_text import render

Rendering = Callable[[Papers], str]


def _html(papers: Papers) -> str:
    # The template engine is imported by whoever wants a page.
    from por.report.html_page import render_html  # noqa: PLC0415

    return render_html(papers)


def _csv(papers: Papers) -> str:
    from por.report.spreadsheet import render_csv  # noqa: PLC0415

    return render_csv(papers)


def _junit(papers: Papers) -> str:
    from por.report.junit import render_junit  # noqa: PLC0415

    return render_junit(papers)


def _sarif(papers: Papers) -> str:
    from por.report.sarif import render_sarif  # noqa: PLC0415

    return render_sarif(papers)


def _text(papers: Papers) -> str:
    return render(papers.verdict, all_findings=True, say=papers.say, rulebooks=papers.rulebooks)


FORMATS: Mapping[str, Rendering] = {"html": _html, "text": _text, "csv": _csv, "junit": _junit, "sarif": _sarif}
FILES: Mapping[str, str] = {
    "html": "report.html",
    "text": "report.txt",
    "csv": "report.csv",
    "junit": "report.junit.xml",
    "sarif": "report.sarif",
}
