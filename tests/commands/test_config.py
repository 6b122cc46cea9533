"""salesflow config: looking at the configuration file and changing it."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Office

COMPANY = "name name_en address address_en phone email website tax_no bank bank_en account docx_template fonts"


def file(office: Office) -> Path:
    return Path(office.environment["SALESFLOW_CONFIG"])


def test_show_lists_every_key(office: Office) -> None:
    file(office).write_text('user = "li.na"\n[industries]\nextra = ["无人机", "预制菜"]\n', encoding="utf-8")
    rows = office.json("config", "show")
    assert [(row["key"], row["value"]) for row in rows] == [
        ("db", None),
        ("user", "li.na"),
        ("lang", None),
        ("region", None),
        ("timezone", None),
        ("industries.extra", "无人机,预制菜"),
        ("mail.host", None),
        ("mail.port", None),
        ("mail.security", None),
        ("mail.user", None),
        ("mail.password_command", None),
        ("mail.from", None),
        ("mail.from_name", None),
        *((f"company.{name}", None) for name in COMPANY.split()),
    ]
    assert rows[1]["meaning"] == "your staff login, where it is not the operating system's"


def test_set_get_remove(office: Office) -> None:
    done = office.ok("config", "set", "region", "HZ")
    assert done.out == f"region = HZ in {file(office)}\n"
    assert office.ok("config", "get", "region").out == "HZ\n"
    assert office.ok("config", "set", "industries.extra", "无人机，预制菜", "--quiet").out == "industries.extra\n"
    assert office.ok("config", "get", "industries.extra").out == "无人机,预制菜\n"
    assert office.ok("config", "set", "region", "").out == f"removed region from {file(office)}\n"
    done = office.run("config", "get", "region")
    assert (done.status, done.out) == (3, "")
    assert done.err == "error [not-found]: region is not set: set it with: salesflow config set region VALUE\n"


def test_set_as_json(office: Office) -> None:
    assert office.json("config", "set", "region", "HZ") == {"ref": "region"}


def test_unknown_keys_and_values(office: Office) -> None:
    for words in (("get", "usr"), ("set", "usr", "x")):
        done = office.run("config", *words)
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("error [unknown-key]: there is no configuration key usr: did you mean user? ")
    done = office.run("config", "set", "mail.from", "李娜@yf.example")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith('error [invalid-value]: "李娜@yf.example" is not an e-mail address: ')
    done = office.run("config", "set", "lang", "fr")
    assert (done.status, "'fr' is not a value for lang" in done.err) == (2, True)
    done = office.run("config", "set", "timezone", "Mars")
    assert (done.status, 'there is no time zone "Mars"' in done.err) == (2, True)
    assert not file(office).exists()
    done = office.ok("config", "set", "mail.from", " sales@销售.中国 ")
    assert done.out.startswith("mail.from = sales@销售.中国 in ")


def test_path(office: Office) -> None:
    assert office.ok("config", "path").out == f"{file(office)}\n"
    assert not file(office).exists()


def test_what_is_configured_is_used(office: Office) -> None:
    office.ok("config", "set", "user", "zhang.wei")
    done = office.program("staff", "whoami", "--format", "ids", SALESFLOW_USER="")
    assert done.out == "zhang.wei\n"
    office.ok("config", "set", "lang", "zh")
    assert office.program("staff", "lst", SALESFLOW_LANG="").err.startswith("错误")


def test_a_broken_file_is_said_everywhere(office: Office) -> None:
    file(office).write_text("user = ", encoding="utf-8")
    for words in (("staff", "list"), ("config", "show"), ("config", "set", "user", "x")):
        done = office.run(*words)
        assert (done.status, done.out) == (2, "")
        assert f"the configuration {file(office)} is not TOML" in done.err
    assert file(office).read_text(encoding="utf-8") == "user = "
