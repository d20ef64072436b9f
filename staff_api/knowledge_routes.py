"""The knowledge base and the rounds in which it is written: /staff/api/v1/knowledge."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.cases.snapshot import CaseStatus
from backend.core.callers import Caller, open_to
from backend.knowledge.articles import KEEPERS, LONGEST_REASON, KnowledgeBase
from backend.knowledge.rounds import KnowledgeRounds, PlanItem, Words
from backend.knowledge.states import (
    CATEGORIES,
    LONGEST_BODY,
    LONGEST_KEYWORD,
    LONGEST_TITLE,
    MOST_KEYWORDS,
    MOST_PLANNED,
    VersionState,
)
from staff_api.guard import get_signed_in, require_post

_CATEGORY = validate.OneOf(CATEGORIES)


class KnowledgeVersionSchema(Schema):
    """What an article says, or said."""

    id = fields.Integer(required=True)
    article_id = fields.Integer(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(VersionState)))
    title = fields.String(required=True)
    category = fields.String(required=True, validate=_CATEGORY)
    keywords = fields.List(fields.String(), required=True)
    body = fields.String(required=True)
    valid_from = fields.Date(required=True, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    unit_name = fields.String(required=True)
    written_by = fields.String(required=True)
    written_at = fields.AwareDateTime(required=True)
    approved_by = fields.String(required=True)
    published_by = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)


class KnowledgeFoundSchema(KnowledgeVersionSchema):
    """A line of what was found, with the piece in which the words stand."""

    excerpt = fields.String(required=True)


class KnowledgePageSchema(Schema):
    """What was found; ``more`` where that is not all of it."""

    items = fields.List(fields.Nested(KnowledgeFoundSchema), required=True)
    more = fields.Boolean(required=True)


class KnowledgeQuerySchema(Schema):
    """Words, a category, and whether what no longer holds is asked for."""

    q = fields.String(load_default="", validate=validate.Length(max=100))
    category = fields.String(load_default=None, validate=_CATEGORY)
    lapsed = fields.Boolean(load_default=False)


class KnowledgeArticleSchema(Schema):
    """An article with all its published versions, the newest first; ``holds`` where it counts today."""

    id = fields.Integer(required=True)
    holds = fields.Boolean(required=True)
    retired_at = fields.AwareDateTime(required=True, allow_none=True)
    retired_by = fields.String(required=True)
    retired_reason = fields.String(required=True)
    versions = fields.List(fields.Nested(KnowledgeVersionSchema), required=True)


class RetirementSchema(Schema):
    """Why an article is taken away."""

    reason = fields.String(required=True, validate=validate.Length(max=LONGEST_REASON))


class RoundNodeSchema(Schema):
    """A node of the progress bar, and whom to call about it."""

    step = fields.String(required=True)
    name = fields.String(required=True)
    post_name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("done", "open", "coming")))
    contact_name = fields.String(required=True)
    contact_phone = fields.String(required=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)


class KnowledgeRoundSchema(Schema):
    """A round of collection: how far it is, and how many articles there are."""

    case_no = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(tuple(CaseStatus)))
    unit_name = fields.String(required=True)
    year = fields.Integer(required=True)
    quarter = fields.Integer(required=True)
    opened_at = fields.AwareDateTime(required=True)
    article_count = fields.Integer(required=True)
    nodes = fields.List(fields.Nested(RoundNodeSchema), required=True)


class KnowledgeRoundListSchema(Schema):
    """The rounds that one sees, those that run first."""

    items = fields.List(fields.Nested(KnowledgeRoundSchema), required=True)


class KnowledgePlanItemSchema(Schema):
    """What is to be collected in one quarter."""

    quarter = fields.Integer(required=True, validate=validate.Range(1, 4))
    category = fields.String(required=True, validate=_CATEGORY)
    topic = fields.String(required=True, validate=[validate.Length(max=100), validate.Regexp(r".*\S")])
    wanted = fields.Integer(required=True, validate=validate.Range(1, 999))


class KnowledgePlanSchema(Schema):
    """The whole plan of a division's year."""

    items = fields.List(
        fields.Nested(KnowledgePlanItemSchema), required=True, validate=validate.Length(max=MOST_PLANNED)
    )


class KnowledgeRoundViewSchema(KnowledgeRoundSchema):
    """A round with the plan of its year and the articles written in it."""

    may_plan = fields.Boolean(required=True)
    may_write = fields.Boolean(required=True)
    plan = fields.List(fields.Nested(KnowledgePlanItemSchema), required=True)
    articles = fields.List(fields.Nested(KnowledgeVersionSchema), required=True)


class ArticleWordsSchema(Schema):
    """What an article says: lines of text, ``# `` before a heading, ``- `` before an item of a list."""

    title = fields.String(required=True, validate=validate.Length(max=LONGEST_TITLE))
    category = fields.String(required=True, validate=_CATEGORY)
    keywords = fields.List(
        fields.String(validate=validate.Length(max=LONGEST_KEYWORD)),
        load_default=[],
        validate=validate.Length(max=MOST_KEYWORDS),
    )
    body = fields.String(required=True, validate=validate.Length(max=LONGEST_BODY))
    valid_from = fields.Date(load_default=None, allow_none=True)
    valid_until = fields.Date(load_default=None, allow_none=True)


class NewArticleSchema(ArticleWordsSchema):
    """A new article, or with ``article_id`` the next version of one."""

    command_id = fields.UUID(required=True)
    article_id = fields.Integer(load_default=None, allow_none=True)


def make_knowledge_routes(base: KnowledgeBase) -> Blueprint:
    """Return the routes of the articles; everybody who is signed in reads them."""
    routes = Blueprint("knowledge", __name__, url_prefix="/staff/api/v1/knowledge/articles")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.arguments(KnowledgeQuerySchema, location="query")
    @routes.response(200, KnowledgePageSchema)
    def search(asked: dict[str, Any]) -> dict[str, Any]:
        """Find articles by words."""
        return base.search(asked["q"], asked["category"], asked["lapsed"])

    @routes.get("/<int:article_id>")
    @open_to(Caller.STAFF)
    @routes.response(200, KnowledgeArticleSchema)
    def read(article_id: int) -> dict[str, Any]:
        """Read an article."""
        return base.read(article_id)

    @routes.post("/<int:article_id>/retirement")
    @open_to(Caller.STAFF)
    @routes.arguments(RetirementSchema)
    @routes.response(200, KnowledgeArticleSchema)
    def retire(asked: dict[str, Any], article_id: int) -> dict[str, Any]:
        """Take an article away that is wrong."""
        return base.retire(require_post(*KEEPERS).member, article_id, asked["reason"])

    return routes


def make_round_routes(rounds: KnowledgeRounds) -> Blueprint:
    """Return the routes of the rounds; all that change one show it afterwards."""
    routes = Blueprint("knowledge rounds", __name__, url_prefix="/staff/api/v1/knowledge/rounds")

    @routes.get("")
    @open_to(Caller.STAFF)
    @routes.response(200, KnowledgeRoundListSchema)
    def list_rounds() -> dict[str, Any]:
        """List the rounds with their progress."""
        return {"items": rounds.list_rounds(get_signed_in().member)}

    @routes.get("/<case_no>")
    @open_to(Caller.STAFF)
    @routes.response(200, KnowledgeRoundViewSchema)
    def read_round(case_no: str) -> dict[str, Any]:
        """Show a round with its plan and articles."""
        return rounds.read(get_signed_in().member, case_no)

    @routes.put("/<case_no>/plan")
    @open_to(Caller.STAFF)
    @routes.arguments(KnowledgePlanSchema)
    @routes.response(200, KnowledgeRoundViewSchema)
    def plan(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Make the plan of the round's year anew."""
        member = get_signed_in().member
        rounds.plan(member, case_no, [PlanItem(**one) for one in asked["items"]])
        return rounds.read(member, case_no)

    @routes.post("/<case_no>/articles")
    @open_to(Caller.STAFF)
    @routes.arguments(NewArticleSchema)
    @routes.response(200, KnowledgeRoundViewSchema)
    def write(asked: dict[str, Any], case_no: str) -> dict[str, Any]:
        """Write an article."""
        member, command_id = get_signed_in().member, asked.pop("command_id")
        rounds.write(member, case_no, command_id, _read_words(asked))
        return rounds.read(member, case_no)

    @routes.put("/<case_no>/articles/<int:version_id>")
    @open_to(Caller.STAFF)
    @routes.arguments(ArticleWordsSchema)
    @routes.response(200, KnowledgeRoundViewSchema)
    def rewrite(asked: dict[str, Any], case_no: str, version_id: int) -> dict[str, Any]:
        """Change an article that is not out yet."""
        member = get_signed_in().member
        rounds.rewrite(member, case_no, version_id, _read_words(asked))
        return rounds.read(member, case_no)

    @routes.delete("/<case_no>/articles/<int:version_id>")
    @open_to(Caller.STAFF)
    @routes.response(200, KnowledgeRoundViewSchema)
    def drop(case_no: str, version_id: int) -> dict[str, Any]:
        """Take an article out of the round before it is out."""
        member = get_signed_in().member
        rounds.drop(member, case_no, version_id)
        return rounds.read(member, case_no)

    return routes


def _read_words(asked: dict[str, Any]) -> Words:
    return Words(**{**asked, "keywords": tuple(asked["keywords"])})
