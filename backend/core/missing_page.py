"""What a person reads who opens an address that is not there; programs get problem details instead."""

from __future__ import annotations

from typing import Final

from flask import Request

# Whoever mistypes an address of these is a program or its author.
_FOR_PROGRAMS: Final = ("/api/", "/staff/api/", "/callbacks/", "/ws/")
MISSING_PAGE: Final = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>没有这个页面</title>
<body style="max-width:28em;margin:15vh auto 0;padding:0 20px;font:18px/1.7 system-ui,sans-serif">
<h1 style="font-size:24px">没有这个页面</h1>
<p>地址可能输错了，或者页面已经不在了。您的申请不受影响。</p>
<p><a href="/h5/" style="display:block;padding:14px;border-radius:12px;background:#0b6bcb;color:#fff;
text-align:center;text-decoration:none">去燃气网上营业厅</a></p>
</body>
</html>
"""


def is_asked_by_person(request: Request) -> bool:
    """Tell whether a browser asks for a page, and not a program for an answer it can read."""
    is_page = request.method == "GET" and not request.path.startswith(_FOR_PROGRAMS)
    return is_page and "text/html" in request.headers.get("Accept", "")
