"""The page behind the QR code of a printed document, open to anyone: /d/{token}/{hash}."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response
from flask_limiter import Limiter, RateLimitExceeded
from markupsafe import Markup

from backend.cases.document_checks import CheckedPaper, DocumentChecks, PaperState
from backend.cases.document_printing import CHECK_PATH
from backend.core.callers import Caller, open_to
from backend.core.errors import NotFound, sentence_for
from backend.core.local_time import format_moment

# Per address: a person checks a few papers, a machine would try tokens.
Told = tuple[str, str, str, str]
CHECKS_LIMIT = "30 per minute"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_PAGE = Markup("""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title><style>
body{{margin:0;background:#F5F6F8;color:#1F2329}}
body{{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif}}
main{{max-width:520px;margin:0 auto;padding:16px}}
h1{{font-size:22px;margin:0 0 4px;color:{colour}}}
section{{background:#fff;border-radius:12px;padding:16px;margin:0 0 12px}}
dt{{color:#5C636B;font-size:14px;margin-top:12px}}dd{{margin:0;overflow-wrap:anywhere}}
dd.hash{{font-family:ui-monospace,monospace;font-size:14px}}p{{margin:0}}a{{color:#0B6BCB}}
</style></head><body><main><section role="status"><h1>{mark} {title}</h1><p>{words}</p></section>{facts}
<p><a href="tel:{hotline}">有疑问，打客服热线 {hotline}</a></p></main></body></html>""")
_FACTS = Markup("""<section><dl><dt>单据</dt><dd>{name}</dd><dt>编号</dt><dd>{number}</dd>
<dt>最近一次填好</dt><dd>{filled}</dd><dt>登记的摘要（SHA-256）</dt><dd class="hash">{sha256}</dd></dl>
<p>请核对编号，以及纸上页脚的校验码是不是摘要的前 12 位。这里不显示客户信息。</p></section>""")
_TOLD: Mapping[PaperState, Told] = {
    PaperState.VALID: ("✓", "单据有效", "#1E7F3D", "这份单据由我们出具，编号和内容摘要与登记的一致。"),
    PaperState.CHANGED: (
        "!", "内容已变更", "#B25E00",
        "纸上的校验码与登记的不一致：打印之后内容改过，或者这张纸不是我们出的。请以最新打印的为准。",
    ),
    PaperState.SUPERSEDED: ("×", "单据已作废", "#D4380D", "这份单据已由新的一份代替，不再有效。"),
}  # fmt: skip
_UNKNOWN = (
    "×",
    "没有查到这份单据",
    "#D4380D",
    "链接不完整，或者这张纸不是我们出的。请重新扫一次，仍不行请打客服热线。",
)


def make_check_routes(checks: DocumentChecks, limiter: Limiter, hotline: str) -> Blueprint:
    """Return the route of the public page."""
    routes = Blueprint("document checks", __name__, url_prefix=CHECK_PATH)

    @routes.get("/<token>/<short_hash>")
    @open_to(Caller.ANYONE)
    @limiter.limit(CHECKS_LIMIT)
    def check_paper(token: str, short_hash: str) -> Response:
        """Tell whether a printed document is as it is on record; it names nobody."""
        try:
            paper = checks.check(token, short_hash)
        except NotFound:
            return _answer(_UNKNOWN, hotline, None, 404)
        return _answer(_TOLD[paper.state], hotline, paper, 200)

    @routes.errorhandler(RateLimitExceeded)
    def refuse(error: RateLimitExceeded) -> Response:
        words = sentence_for("too_many_requests", 429)
        return _answer(("!", "请稍等一下", "#B25E00", words), hotline, None, 429)

    return routes


def _answer(
    told: tuple[str, str, str, str], hotline: str, paper: CheckedPaper | None, status: int
) -> Response:
    mark, title, colour, words = told
    facts = Markup("")
    if paper is not None:
        facts = _FACTS.format(
            name=paper.name,
            number=paper.number,
            filled=format_moment(paper.filled_at),
            sha256=paper.sha256,
        )
    page = _PAGE.format(mark=mark, title=title, colour=colour, words=words, facts=facts, hotline=hotline)
    response = Response(page, status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
