"""salesflow quote export, from the command line: every format and language, refusals, what is missing, nothing half written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import deals, papers
from tests.conftest import ROOT, Office

FORMS = ("pdf", "docx", "xlsx", "html", "md")


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    deals.quote(office, note="含首次安装", payment_terms="货到付款", warranty="三年")
    return office


def export(office: Office, folder: Path, name: str, *words: str, **settings: str) -> bytes:
    office.ok("quote", "export", "q2026-0001", "--to", str(folder / name), *words, **settings)
    return (folder / name).read_bytes()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_format_in_both_languages(shop: Office, tmp_path: Path, form: str, language: str) -> None:
    content = export(shop, tmp_path, f"报价 单.{form}", "--language", language)
    found = papers.text(form, content)
    for expected in (
        "Q2026-0001",
        deals.NAME,
        deals.ADDRESS,
        "王工",
        "李娜",
        "云帆CRM标准版",
        "人民币壹万元整",
        "货到付款",
        "三年",
        "含首次安装",
    ):
        assert expected in found
    assert "杭州云帆科技有限公司" in found  # the company that init was told
    assert "13812345678" not in found and "7,000.00" not in found and "6,000.00" not in found
    assert os.listdir(tmp_path).count(f"报价 单.{form}.part") == 0


def test_what_is_said(shop: Office, tmp_path: Path) -> None:
    path = str(tmp_path / "a.md")
    done = shop.ok("quote", "export", "Q2026-0001", "--to", path)
    assert done.out == f"Q2026-0001 is in {path}\n"
    assert shop.ok("quote", "export", "Q2026-0001", "--to", path, "--force", "--quiet").out == f"{path}\n"
    found = shop.json("quote", "export", "Q2026-0001", "--to", path, "--force", "--language", "zh")
    assert found == {"file": path, "format": "md", "language": "zh", "mark": None, "size": os.path.getsize(path)}


def test_its_language_is_the_interfaces(shop: Office, tmp_path: Path) -> None:
    assert shop.json("quote", "export", "Q2026-0001", "--to", str(tmp_path / "a.md"), lang="zh")["language"] == "zh"
    assert b"# Quotation Q2026-0001" in export(shop, tmp_path, "b.md")


def test_the_company_comes_from_the_configuration(shop: Office, tmp_path: Path) -> None:
    for key, value in (
        ("name", "云帆智能装备股份有限公司"),
        ("name_en", "Yunfan Inc."),
        ("address", "网商路599号"),
        ("phone", "0571-1"),
        ("bank", "招商银行"),
        ("account", "6222"),
    ):
        shop.ok("config", "set", f"company.{key}", value)
    shop.ok("staff", "edit", "li.na", "--email", "li.na@yunfan.example", user="wang.fang")
    context = {"SALESFLOW_CONFIG": shop.environment["SALESFLOW_CONFIG"]}
    done = shop.program("quote", "export", "Q2026-0001", "--to", "-", lang="zh", **context)
    assert done.status == 0, done.err
    chinese = papers.text("md", done.out.encode())
    assert all(
        word in chinese
        for word in ("云帆智能装备股份有限公司", "网商路599号", "0571-1", "招商银行", "6222", "li.na@yunfan.example")
    )
    english = shop.program("quote", "export", "Q2026-0001", "--to", "-", "--language", "en").out
    assert english.startswith("**Yunfan Inc.**  \n网商路599号")


def test_standard_output_is_markdown(shop: Office) -> None:
    done = shop.ok("quote", "export", "Q2026-0001", "--to", "-")
    assert done.out.startswith("**杭州云帆科技有限公司**") and done.err == ""


@pytest.mark.parametrize("form", FORMS)
def test_what_waits_for_approval_is_marked(shop: Office, tmp_path: Path, form: str) -> None:
    deals.quote(shop, discount=deals.ABOVE)
    path = tmp_path / f"a.{form}"
    done = shop.ok("quote", "export", "Q2026-0002", "--to", str(path))
    assert done.out.splitlines()[1] == "it is marked on every page: DRAFT - not approved"
    assert "DRAFT-notapproved" in papers.text(form, path.read_bytes())
    deals.reject(shop, "AP2026-0001", "zhang.wei", "毛利太低")
    found = papers.text(form, export_of(shop, path, "Q2026-0002"))
    assert "DRAFT-notapproved" in found and "毛利" not in found


def export_of(office: Office, path: Path, number: str, **settings: str) -> bytes:
    office.ok("quote", "export", number, "--to", str(path), "--force", **settings)
    return path.read_bytes()


def test_the_mark_goes_with_the_approval_and_comes_with_the_expiry(shop: Office, tmp_path: Path) -> None:
    deals.quote(shop, discount=deals.ABOVE)
    deals.approve(shop, "AP2026-0001", "zhang.wei")
    path = tmp_path / "a.md"
    assert b"DRAFT" not in export_of(shop, path, "Q2026-0002")
    late = "2026-04-02 09:00"
    assert b"NO LONGER VALID" in export_of(shop, path, "Q2026-0002", now=late)
    assert b"NO LONGER VALID" not in export_of(shop, path, "Q2026-0002", now="2026-04-01 23:00")


def test_versions(shop: Office, tmp_path: Path) -> None:
    """An earlier version is exported as it was, and marked as superseded."""
    deals.execute(shop, "UPDATE quote SET version = 2")
    path = str(tmp_path / "a.md")
    assert "Q2026-0001 V2 is in" in shop.ok("quote", "export", "Q2026-0001", "--to", path).out
    assert "V2" in shop.ok("quote", "export", "Q2026-0001", "--version", "2", "--to", path, "--force").out
    done = shop.run("quote", "export", "Q2026-0001", "--version", "1", "--to", path, "--force")
    assert done.status == 3 and "Q2026-0001 has no version 1" in done.err
    deals.execute(shop, "UPDATE quote SET state = 'superseded'")
    assert b"NO LONGER VALID" in export_of(shop, tmp_path / "a.md", "Q2026-0001")


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("Q2026-0001", "--to", "a.doc"), 2, "does not say in which form to write"),
        (("Q2026-0001", "--to", "a"), 2, "end it in one of .pdf, .docx, .xlsx, .html, .md"),
        (("Q2026-0001",), 2, "--to is missing"),
        (("Q2026-0001", "--to", "a.pdf", "--language", "fr"), 2, "there is no paper in the language fr"),
        (("Q2026-0009", "--to", "a.pdf"), 3, "there is no quote Q2026-0009"),
        (("Q2026-0001", "--to", "none/a.md"), 7, "none/a.md cannot be written"),
        (("Q2026-0001", "--to", "."), 2, "does not say"),
    ],
)
def test_refusals(
    shop: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], status: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = shop.run("quote", "export", *words)
    assert done.status == status and message in done.err
    assert len(done.err.splitlines()) == 1
    assert [name for name in os.listdir(tmp_path) if not name.startswith("office.db")] == []


def test_a_file_that_is_there_stays(shop: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_text("mine")
    done = shop.run("quote", "export", "Q2026-0001", "--to", str(path))
    assert done.status == 7 and "exists already" in done.err and path.read_text() == "mine"
    assert export_of(shop, path, "Q2026-0001").startswith(b"%PDF")


def test_a_character_that_no_font_has(shop: Office, tmp_path: Path) -> None:
    deals.execute(shop, "UPDATE quote SET note = :note", note="a\U0010fffdb")
    path = tmp_path / "a.pdf"
    done = shop.run("quote", "export", "Q2026-0001", "--to", str(path))
    assert done.status == 7 and "(U+10FFFD)" in done.err and "no-glyph" in done.err
    assert not path.exists()
    assert export_of(shop, tmp_path / "a.docx", "Q2026-0001")  # Word finds a font, or shows that it has none


@pytest.mark.parametrize(("form", "module", "extra"), [("pdf", "typst", "pdf"), ("docx", "docx", "docx")])
def test_without_the_extra(shop: Office, tmp_path: Path, form: str, module: str, extra: str) -> None:
    """A process in which the library cannot be imported, as where it is not installed."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / f"{module}.py").write_text(f"raise ModuleNotFoundError('No module named {module}', name='{module}')")
    path = tmp_path / f"a.{form}"
    words = ("quote", "export", "Q2026-0001", "--to", str(path))
    done = shop.program(*words, PYTHONPATH=f"{hidden}{os.pathsep}{ROOT}")
    assert done.status == 7
    assert done.err == (
        f"error [missing-extra]: .{form} files need the extra {extra}, which is not installed: "
        f"install it with: pip install 'salesflow[{extra}]'\n"
    )
    assert not path.exists()
    others = [other for other in FORMS if other not in (form, "pdf" if form == "docx" else "docx")]
    for other in others:
        found = shop.program(*words[:-1], str(tmp_path / f"b.{other}"), PYTHONPATH=f"{hidden}{os.pathsep}{ROOT}")
        assert found.status == 0, found.err


def test_a_disk_that_is_full(shop: Office, tmp_path: Path) -> None:
    """A process that may not write a file that large: what was there stays, nothing is left beside it."""
    resource = pytest.importorskip("resource")
    path = tmp_path / "a.pdf"
    path.write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "salesflow", "quote", "export", "Q2026-0001", "--to", str(path), "--force"],
        cwd=ROOT,
        env={**os.environ, **shop.environ()},
        capture_output=True,
        encoding="utf-8",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (36_000, 36_000)),
        check=False,
    )
    assert done.returncode == 7 and "cannot be written" in done.stderr and len(done.stderr.splitlines()) == 1
    assert path.read_text() == "mine"
    assert not list(tmp_path.glob("*.part"))


def test_two_at_once_leave_a_whole_file(shop: Office, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    command = [sys.executable, "-m", "salesflow", "quote", "export", "Q2026-0001", "--to", str(path), "--force"]
    running = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **shop.environ()}, stderr=subprocess.DEVNULL)
        for _ in range(3)
    ]
    assert 0 in [process.wait(60) for process in running]
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")


def test_a_customer_without_a_contact_or_address(office: Office, tmp_path: Path) -> None:
    deals.furnish(office)
    deals.quote(office)
    deals.execute(office, "DELETE FROM contact")
    deals.execute(office, "UPDATE customer SET address = NULL")
    assert b"Attention" not in export(office, tmp_path, "a.md")


def test_the_office_that_uses_it_in_english_gets_dates_as_iso(shop: Office, tmp_path: Path) -> None:
    assert b"2026-04-01" in export(shop, tmp_path, "a.md")
    assert "2026年4月1日" in export(shop, tmp_path, "b.md", "--language", "zh").decode()
