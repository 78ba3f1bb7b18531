"""Templates in versions, and papers that were issued from them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from supervision.core.attachments import Attachment
from supervision.core.db import Base, JsonValue, code_of
from supervision.core.statutory import Certainty


class DocumentTemplate(Base):
    """One version of one type of paper: its blocks, its number's form, where it comes from."""

    __tablename__ = "document_template"
    __table_args__ = (
        Index("ix_document_template_code_effective_from", "code", "effective_from", unique=True),
        CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name="ends_after_it_begins"
        ),
        CheckConstraint("(infix = '') = (number_format = '')", name="number_has_form_and_word"),
    )

    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(60))
    # The word of the class in the number; "" for a paper without one.
    infix: Mapped[str] = mapped_column(String(8), default="")
    # With {region} {infix} {year} {serial}.
    number_format: Mapped[str] = mapped_column(String(60), default="")
    # An external paper names remedies; an internal one is never shown to the enterprise.
    is_external: Mapped[bool]
    # Its blocks, fields and words (`docs/papers.md`); {} for a type that has no text yet.
    body: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)
    certainty: Mapped[Certainty] = mapped_column(code_of(Certainty))
    note: Mapped[str] = mapped_column(Text, default="")


class Document(Base):
    """A paper as issued: never changed. Who may read it is decided by its owner's access."""

    __tablename__ = "document"

    code: Mapped[str] = mapped_column(String(32), index=True)
    number: Mapped[str] = mapped_column(String(60), default="", index=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("document_template.id"))
    # What both renderings are made of; nothing else enters them.
    data: Mapped[dict[str, Any]] = mapped_column(JsonValue)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int]
    issued_by: Mapped[str] = mapped_column(String(80))
    pdf_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    docx_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))

    template: Mapped[DocumentTemplate] = relationship(lazy="joined")
    pdf: Mapped[Attachment] = relationship(foreign_keys=[pdf_id], lazy="joined")
    docx: Mapped[Attachment] = relationship(foreign_keys=[docx_id], lazy="joined")
