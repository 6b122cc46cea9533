"""salesflow contract export, from the command line: from the draft to the signature, and revisions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import deals, papers
from tests.conftest import Office

TERMS = {
    "content": "扫码终端10台",
    "price": "含税总价",
    "delivery": "30天内",
    "payment": "分期付款",
    "breach": "每日万分之五",
}
PARTS = ("--instalment", "30%@signing", "--instalment", "70%@delivery+7d")


@pytest.fixture
def shop(office: Office) -> Office:
    """A contract from an accepted quote over 10,000.00."""
    deals.furnish(office)
    deals.accepted(office)
    words = [word for name, text in TERMS.items() for word in ("--term", f"{name}={text}")]
    office.ok("contract", "draft", "--quote", "Q2026-0001", *words, *PARTS)
    return office


def sign(shop: Office, approval: str = "AP2026-0001") -> None:
    shop.ok("contract", "submit", "HT2026-0001")
    deals.approve(shop, approval, "wang.fang", "liu.yang", "zhang.wei")
    shop.ok("contract", "sign", "HT2026-0001", "--on", "today")


def text(shop: Office, *words: str, **settings: str) -> str:
    return shop.ok("contract", "export", "ht2026-0001", "--to", "-", *words, **settings).out


@pytest.mark.parametrize("form", papers.WRITERS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_format_in_both_languages(shop: Office, tmp_path: Path, form: str, language: str) -> None:
    sign(shop)
    path = tmp_path / f"合同.{form}"
    done = shop.ok("contract", "export", "HT2026-0001", "--to", str(path), "--language", language)
    assert done.out == f"HT2026-0001 is in {path}\n"
    found = papers.text(form, path.read_bytes())
    for expected in (
        "HT2026-0001",
        "Q2026-0001",
        deals.NAME,
        deals.ADDRESS,
        *TERMS.values(),
        "人民币壹万元整",
        "云帆CRM标准版",
    ):
        assert expected in found
    assert ("7000" if form == "xlsx" else "7,000.00") in found  # the second instalment
    assert "6,000.00" not in found  # the cost


def test_it_is_a_draft_until_it_is_approved(shop: Office, tmp_path: Path) -> None:
    assert "DRAFT - not approved" in text(shop)
    done = shop.ok("contract", "export", "HT2026-0001", "--to", str(tmp_path / "a.pdf"))
    assert done.out.splitlines()[1] == "it is marked on every page: DRAFT - not approved"
    shop.ok("contract", "submit", "HT2026-0001")
    assert "DRAFT - not approved" in text(shop)
    deals.approve(shop, "AP2026-0001", "wang.fang", "liu.yang", "zhang.wei")
    assert "DRAFT" not in text(shop)


def test_an_amendment_is_a_draft_and_what_is_signed_stays(shop: Office) -> None:
    sign(shop)
    shop.ok("contract", "amend", "HT2026-0001", "--term", "delivery=45天内", "--reason", "客户要求")
    assert "DRAFT - not approved" in text(shop)
    assert "45天内" in text(shop)
    first = text(shop, "--revision", "1")
    assert "DRAFT" not in first and "30天内" in first
    sign(shop, "AP2026-0002")
    assert "NO LONGER VALID" in text(shop, "--revision", "1")
    assert "NO LONGER VALID" not in text(shop)


def test_what_was_terminated(shop: Office) -> None:
    sign(shop)
    shop.ok("contract", "terminate", "HT2026-0001", "--reason", "双方协商", user="zhang.wei")
    assert "TERMINATED" in text(shop)


def test_refusals(shop: Office, tmp_path: Path) -> None:
    assert shop.run("contract", "export", "HT2026-0009", "--to", "-").status == 3
    assert shop.run("contract", "export", "HT2026-0001", "--to", "a.doc").status == 2
    assert shop.run("contract", "export", "HT2026-0001", "--to", "-", "--revision", "7").status == 3
    path = tmp_path / "a.md"
    path.write_text("mine", encoding="utf-8")
    assert shop.run("contract", "export", "HT2026-0001", "--to", str(path)).status == 7
    assert path.read_text(encoding="utf-8") == "mine"


def test_as_a_process_of_its_own(shop: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    done = shop.program("contract", "export", "HT2026-0001", "--to", str(path), "--json")
    assert done.status == 0 and done.json["mark"] == "DRAFT - not approved"
    assert done.json["size"] == os.path.getsize(path)
