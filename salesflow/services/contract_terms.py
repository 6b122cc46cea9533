"""The terms of a contract as people write them: their names in either language, and files with several of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from salesflow.codes import parse_code
from salesflow.enums import ContractTerm
from salesflow.errors import FileProblem, InvalidValue
from salesflow.i18n import msg
from salesflow.text import fold

_ALSO: Final = {
    "标的": ContractTerm.CONTENT,
    "合同标的": ContractTerm.CONTENT,
    "合同内容": ContractTerm.CONTENT,
    "产品": ContractTerm.CONTENT,
    "价款": ContractTerm.PRICE,
    "合同价款": ContractTerm.PRICE,
    "合同金额": ContractTerm.PRICE,
    "交货": ContractTerm.DELIVERY,
    "交付方式": ContractTerm.DELIVERY,
    "付款方式": ContractTerm.PAYMENT,
    "支付": ContractTerm.PAYMENT,
    "违约": ContractTerm.BREACH,
    "保密条款": ContractTerm.CONFIDENTIALITY,
    "保密义务": ContractTerm.CONFIDENTIALITY,
    "subject": ContractTerm.CONTENT,
    "liability": ContractTerm.BREACH,
}
_NUMBERING: Final = re.compile(
    r"^(?:第?[一二三四五六七八九十百]+[条章节]?[、.．)）:：\s]\s*|第?\d+[条章节]?[、.．)）:：\s]\s*)+"
)
_HEADING: Final = re.compile(r"^#{1,6}\s+(?P<name>.*?)\s*#*\s*$")
_LARGEST: Final = 1_000_000


def named(text: str) -> ContractTerm:
    """The term that a person names: content, 内容, 一、违约责任. InvalidValue lists the terms and names the nearest."""
    bare = _NUMBERING.sub("", text.strip())
    known = _ALSO.get(fold(bare))
    return known if known is not None else parse_code(ContractTerm, bare)


def read(path: str) -> dict[ContractTerm, str]:
    """The terms of a file: a heading (# 交付) for each, and its text below; or a .toml file with name = "text".

    UTF-8, or GB18030 where it is not that. Raises FileProblem for a file that cannot be read, InvalidValue with the line for
    a term that is unknown, there twice or empty, and for text outside of any.
    """
    text = _decoded(path)
    found = _of_toml(path, text) if path.lower().endswith(".toml") else _of_headings(path, text)
    if not found:
        raise InvalidValue(
            msg("{path} has no terms", path=path), msg("write a heading for each, such as: # delivery"), code="no-terms"
        )
    return found


def _decoded(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise FileProblem(
            msg("{path} cannot be read: {reason}", path=path, reason=error.strerror or str(error)),
            msg("check the file's name and its permissions"),
        ) from error
    if len(content) > _LARGEST:
        raise FileProblem(msg("{path} is too large for the terms of a contract", path=path), msg("name another file"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileProblem(msg("{path} is not a text", path=path), msg("save it as text in UTF-8"))


def _of_headings(path: str, text: str) -> dict[ContractTerm, str]:
    found: dict[ContractTerm, list[str]] = {}
    term: ContractTerm | None = None
    for number, line in enumerate(text.splitlines(), 1):
        heading = _HEADING.match(line)
        if heading is not None:
            term = _placed(path, number, heading["name"], found)
            found[term] = []
        elif term is not None:
            found[term].append(line)
        elif line.strip():
            raise InvalidValue(
                msg("{path}, line {line}: this belongs to no term", path=path, line=number),
                msg("begin each term with its heading, such as: # delivery"),
            )
    return {term: _filled(path, term, "\n".join(lines)) for term, lines in found.items()}


def _of_toml(path: str, text: str) -> dict[ContractTerm, str]:
    import tomllib

    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue(
            msg("{path} is not TOML: {reason}", path=path, reason=str(error)), msg("correct it with an editor")
        ) from error
    found: dict[ContractTerm, str] = {}
    for name, value in document.items():
        term = _placed(path, _line_of(text, name), name, found)
        if not isinstance(value, str):
            raise InvalidValue(
                msg("{path}: {name} is not a text", path=path, name=name), msg('write it in quotes: name = "…"')
            )
        found[term] = _filled(path, term, value)
    return found


def _line_of(text: str, name: str) -> int:
    lines = (number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().lstrip("\"'").startswith(name))
    return next(lines, 1)


def _placed(path: str, line: int, name: str, found: Collection[ContractTerm]) -> ContractTerm:
    """The term of a heading; an error names the file and the line."""
    try:
        term = named(name)
    except InvalidValue as error:
        text = msg("{path}, line {line}: {name} is no term of a contract", path=path, line=line, name=name)
        raise InvalidValue(text, error.hint, code="unknown-term", details={"line": line}) from error
    if term in found:
        raise InvalidValue(
            msg("{path}, line {line}: {name} is there twice", path=path, line=line, name=name),
            msg("put both texts under one heading"),
            details={"line": line},
        )
    return term


def _filled(path: str, term: ContractTerm, text: str) -> str:
    if not text.strip():
        raise InvalidValue(
            msg("{path}: the term {term} is empty", path=path, term=term.value),
            msg("write it, or leave its heading out"),
        )
    return text.strip()
