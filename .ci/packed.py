#!/usr/bin/env python3
"""Is everything that the packed sources include in the package? Reads `cargo package --list` from standard input."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    packed = {line.strip() for line in sys.stdin}
    missing, seen = [], 0
    for name in sorted(it for it in packed if it.endswith(".rs")):
        file = ROOT / name
        for target in re.findall(r'include_(?:str|bytes)!\("([^"]+)"\)', file.read_text()):
            seen += 1
            found = (file.parent / target).resolve()
            if found.relative_to(ROOT).as_posix() not in packed:
                missing.append(f"{name} includes {target}, which is not packed")
    for page in sorted((ROOT / "docs").glob("*.md")):
        if page.relative_to(ROOT).as_posix() not in packed:
            missing.append(f"the guide includes {page.name}, which is not packed")
    print(f"{len(packed)} files, {seen} includes")
    sys.exit("\n".join(missing) or 0)


if __name__ == "__main__":
    main()
