"""The states of a version, the limits of an article, and what articles are about."""

from __future__ import annotations

from enum import StrEnum

PROCESS = "knowledge_publishing"
# The plain values of a round's case by which its guards know that there is something to go on with.
ARTICLES, PLAN = "articles", "plan_items"
# The steps at which articles are written, and those at which the plan is made.
WRITING_STEPS = frozenset({"edit", "help_correct"})
PLANNING_STEPS = frozenset({"plan", "launch"})
CATEGORIES = (
    "安全用气", "缴费与账单", "报装与改造", "维修与故障", "开户过户销户", "抄表与计量", "气价与政策",
    "网点与时间", "其他",
)  # fmt: skip
LONGEST_TITLE, LONGEST_BODY, LONGEST_KEYWORD, MOST_KEYWORDS = 100, 10_000, 20, 20
MOST_PLANNED, MOST_IN_ROUND = 100, 200


class VersionState(StrEnum):
    """draft → published → replaced; a draft whose round ended without it is dropped."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"
    DROPPED = "dropped"
