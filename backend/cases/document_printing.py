"""Filled documents as PDF: gathered in a transaction, set after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.cases.case_files import CaseFiles
from backend.cases.document_signing import DocumentSigning, Signed
from backend.cases.filled_documents import FilledDocument
from backend.cases.printed_heads import PrintedHeads, list_missing
from backend.cases.signature_views import write_marks
from backend.catalogue.forms import list_file_keys
from backend.core.errors import Conflict
from backend.documents.paper import Certificate, Paper, lay_out, list_copies
from backend.documents.typesetting import Typesetter, draw_qr, wrap_picture

SHORT_HASH = 12
CHECK_PATH = "/d"
_VOID = "已作废"


@dataclass(frozen=True, slots=True)
class Printed:
    """A PDF and the name under which it is saved."""

    content: bytes
    name: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """Papers that are ready to be set; ``party`` limits them to that party's copies."""

    papers: Sequence[Paper]
    made_at: datetime
    name: str
    party: str | None


def list_looks(filled: Sequence[FilledDocument]) -> list[tuple[str, list[str], str]]:
    """Return what printing these tells in full: whose, which fields, and why, for the log of looks."""
    looks = []
    for one in filled:
        fields = [field.key for field in one.form.fields if field.is_personal and field.key in one.values]
        items = [f"{one.form.key}.{key}" for key in fields]
        # The head tells of the case what the form does not ask.
        items += [f"application.{name}" for name in list_missing(one.form)]
        items += () if one.contract is None else one.contract.personal
        if items:
            looks.append((f"case:{one.case.id}", items, f"打印“{one.form.name}”"))
    return looks


class DocumentPrinter:
    """``base_url`` is where the public page of checks is reached; ``issuer`` stands above each title."""

    def __init__(
        self,
        files: CaseFiles,
        signing: DocumentSigning,
        heads: PrintedHeads,
        typesetter: Typesetter,
        base_url: str,
        issuer: str,
    ) -> None:
        self._files = files
        self._signing = signing
        self._heads = heads
        self._typesetter = typesetter
        self._base_url = base_url.rstrip("/")
        self._issuer = issuer

    def gather(
        self, session: Session, filled: Sequence[FilledDocument], party: str | None, name: str = ""
    ) -> Bundle:
        """Return the papers of ``filled`` with their pictures, in the caller's transaction.

        The file is called ``name``, or else after the document or the case.

        Raises Conflict ``document_not_filled`` where there is none; Unavailable where files are out of reach.
        """
        if not filled:
            raise Conflict("document_not_filled")
        signed = [self._signing.list_signed(session, one) for one in filled]
        papers = [self._make_paper(session, one, by, party) for one, by in zip(filled, signed, strict=True)]
        first = filled[0]
        title = first.form.body.get("title", first.form.name)
        of_case = f"{title}-{first.row.number}" if len(filled) == 1 else f"{first.case.case_no}-全部单据"
        # Not the moment of printing: the same document gives the same file.
        moments = [one.signed_at for by in signed for one in by]
        made_at = max([*moments, *(one.row.filled_at for one in filled)])
        return Bundle(papers, made_at, f"{name or of_case}.pdf", party)

    def set(self, bundle: Bundle) -> Printed:
        """Return the PDF; raises Unavailable ``printing_unavailable``."""
        sheets = [
            lay_out(paper, copy) for paper in bundle.papers for copy in list_copies(paper.form, bundle.party)
        ]
        content = self._typesetter.set_papers(bundle.name, self._issuer, bundle.made_at, sheets)
        return Printed(content, bundle.name)

    def _make_paper(
        self, session: Session, filled: FilledDocument, signed: Sequence[Signed], party: str | None
    ) -> Paper:
        drawn = [one.file_key for one in signed if one.file_key is not None]
        pictures = self._draw(session, [*list_file_keys(filled.form, filled.values), *drawn])
        return Paper(
            form=filled.form,
            values=filled.values,
            files=pictures,
            certificate=self._certify(filled),
            issuer=self._issuer,
            watermark=_VOID if filled.row.state == "superseded" else "",
            marks=write_marks(filled.form, filled.values, signed, pictures),
            clauses=() if filled.contract is None else filled.contract.clauses,
            head=self._heads.gather(session, filled, for_staff=party is None),
            stated=frozenset() if filled.contract is None else filled.contract.names,
        )

    def _draw(self, session: Session, keys: Sequence[str]) -> Mapping[str, str]:
        found = self._files.read_pictures(session, keys) if keys else {}
        return {
            key: wrap_picture(content) if isinstance(content, bytes) else content
            for key, content in found.items()
        }

    def _certify(self, filled: FilledDocument) -> Certificate:
        sha256 = filled.row.sha256.hex()
        address = f"{self._base_url}{CHECK_PATH}/{filled.row.check_token}/{sha256[:SHORT_HASH]}"
        return Certificate(filled.row.number, sha256, address, draw_qr(address))
