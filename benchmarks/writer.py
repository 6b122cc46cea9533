"""Adds customers one transaction at a time: `writer.py NAME COUNT`. Many of these run at once in the benchmark."""

from __future__ import annotations

import os
import sys
import zlib


def main() -> None:
    from salesflow.context import make
    from salesflow.enums import Source
    from salesflow.services.customers import NewContact, NewCustomer, add

    name, count = sys.argv[1], int(sys.argv[2])
    base = zlib.crc32(name.encode()) % 10_000
    context = make(os.environ, database=os.environ["SALESFLOW_DB"], user=os.environ["SALESFLOW_USER"])
    for number in range(count):
        contact = NewContact(name="王工", phone=f"137{base:04d}{number:04d}")
        new = NewCustomer(
            f"{name} 第{number}号有限公司", "制造业", Source.OTHER, "计划 6 月前更换 3 台打标机", (contact,)
        )
        with context.transaction() as work:
            add(work, new)


if __name__ == "__main__":
    main()
